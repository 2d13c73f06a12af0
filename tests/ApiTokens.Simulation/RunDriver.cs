using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation;

/// <summary>Does what a command does: opens the journal, adds operations, receives their output, and disposes the runner.</summary>
internal sealed class RunDriver(SimulatedWorld world, Session session) : IOperationOutput
{
    private RunRecord _run = null!;

    public RunRecord Execute(RunPlan plan, int shard, bool isRerun)
    {
        _run = new RunRecord(world.Runs.Count, plan, session.Process) { IsRerun = isRerun, StartedOn = world.Timeline.Now };
        world.Runs.Add(_run);
        world.History.Add($"run {_run.Number}: {plan.Action}{(isRerun ? " again" : string.Empty)}");
        if (plan.Interruption is { Point: InterruptionPoint.Time } interruption)
        {
            RunRecord run = _run;
            world.Timeline.Schedule(interruption.Delay, () => world.Interrupt(run));
        }

        OperationRunner? runner = null;
        try
        {
            JournalWriter? journal = OpenJournal();
            runner = new OperationRunner(
                plan.Throttle, this, plan.SavesSecrets ? world.Vault.Open(_run) : null, journal,
                new PipelineQueue(Wait), session.Process.Clock);
            world.StopRun = () => Stop(runner);
            Add(runner, journal, shard);
            SimulatedNetwork.SetSender(session.Process, _run, null, 0);
            runner.CheckUnfinished(session.Connections);
            runner.Complete();

            // The stop may arrive while the last operation ends.
            _run.IsComplete = session.Process.StoppedOn is null;
        }
        catch (Exception e) when (e is OperationCanceledException or CallerException or ApiTokenException or KilledException or IOException)
        {
            _run.Fatal = e;
            world.History.Add($"   the run ended: {e.GetType().Name}: {e.Message}");
        }

        if (!session.Process.IsDead && runner is not null)
        {
            End(runner);
        }

        world.StopRun = null;
        _run.WasKilled = session.Process.IsDead;
        _run.EndedOn = world.Timeline.Now + TimeSpan.FromTicks(1);
        return _run;
    }

    public void WriteResult(Operation operation, object result)
    {
        OperationRecord record = Find(operation)!;
        world.History.Add($"   result of {record}: {result}");
        bool throws = _run.Plan.Interruption is { Kind: InterruptionKind.CallerThrows } plan && world.CountResult(_run) == plan.Number;
        if (throws)
        {
            world.History.Add("   the caller throws");
            throw new CallerException();
        }

        if (result is IssuedToken issued)
        {
            world.Deliver(record, issued, inVault: false);
        }
    }

    public void WriteError(Operation operation, Exception error)
    {
        OperationRecord? record = Find(operation);
        if (record is null)
        {
            _run.OtherErrors[operation] = error;
        }

        record?.Errors.Add(error);
        string id = (error as ApiTokenException)?.ErrorId ?? error.GetType().Name;
        world.History.Add($"   error of {record?.ToString() ?? operation.Name}: {id}: {error.Message}");
    }

    public void WriteVerbose(Operation operation, string message) => world.History.Add($"   verbose: {message}");

    private void Stop(OperationRunner runner)
    {
        world.MarkStopped(session.Process);
        runner.Stop();
    }

    private void End(OperationRunner runner)
    {
        if (!_run.IsComplete)
        {
            world.MarkStopped(session.Process);
        }

        try
        {
            runner.Dispose();
        }
        catch (KilledException)
        {
            return;
        }

        _run.Undelivered.AddRange(runner.Undelivered);

        // The runner keeps them in no order.
        _run.PendingRetirements.AddRange(runner.PendingRetirements.OrderBy(pending => pending.Predecessor.Id, StringComparer.Ordinal));
        _run.Added = runner.Added;
        OperationSummary summary = runner.Summary;
        (_run.Done, _run.Failed, _run.Skipped) = (summary.Done, summary.Failed + summary.NotTried, summary.Skipped);
        foreach (ApiToken token in _run.Undelivered)
        {
            world.History.Add($"   undelivered: {token}");
        }

        foreach (PendingRetirement pending in _run.PendingRetirements)
        {
            world.History.Add($"   not retired: {pending.Predecessor}, replaced by {pending.Successor}");
        }

        world.History.Add($"   {_run.Done} done, {_run.Failed} failed, {_run.Skipped} skipped");
    }

    // Lets the world go on while the pipeline thread waits.
    private void Wait(Func<bool> hasCall, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout != TimeSpan.Zero || world.Random.Chance(50))
        {
            world.Timeline.RunUntil(() => hasCall() || cancellationToken.IsCancellationRequested || session.Process.IsDead, timeout);
        }

        if (session.Process.IsDead)
        {
            throw new KilledException();
        }
    }

    private JournalWriter? OpenJournal()
    {
        if (_run.Plan.Journal is not { } number)
        {
            return null;
        }

        if (!world.Journals.TryGetValue(number, out JournalDisk? disk))
        {
            world.Journals[number] = disk = new JournalDisk();
        }

        return JournalWriter.Open(
            new JournalFile(disk, _run, world), "journal", _run.Plan.JournalOperation,
            session.Connections.Select(connection => connection.AccountIdentity), session.Process.Clock);
    }

    private void Add(OperationRunner runner, JournalWriter? journal, int shard)
    {
        var factory = new OperationFactory(world, session, _run, journal?.Retirements);
        IEnumerable<OperationRecord> operations = _run.Plan.Action == ActionKind.Retire
            ? journal!.Retirements.DueAt(session.Process.Clock.GetUtcNow()).Select(due => factory.Retire(due))
            : _run.Plan.Operations.Select(plan => factory.Create(plan, shard)).OfType<OperationRecord>();
        foreach (OperationRecord record in operations)
        {
            _run.Operations.Add(record);
            record.WasDoneBefore = runner.WasDoneBefore(record.Operation);
            SimulatedNetwork.SetSender(session.Process, _run, record, factory.ConnectionOf(record.Operation));
            runner.Add(record.Operation);
        }
    }

    private OperationRecord? Find(Operation operation) => _run.Operations.Find(record => record.Operation == operation);
}
