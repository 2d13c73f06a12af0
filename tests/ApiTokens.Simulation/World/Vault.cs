using System.Security;
using ApiTokens.Operations;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>The vault of the user, which outlives his processes.</summary>
internal sealed class Vault(SimulatedWorld world)
{
    private readonly Dictionary<string, Delivery> _entries = [];

    public IReadOnlyDictionary<string, Delivery> Entries => _entries;

    public ISecretSink Open(RunRecord run) => new Sink(this, world, run);

    private sealed class Sink(Vault vault, SimulatedWorld world, RunRecord run) : ISecretSink
    {
        private readonly Dictionary<string, Delivery?> _before = [];
        private int _saves;

        public void Save(Operation operation, IssuedToken issued)
        {
            _saves++;
            if (world.Reach(InterruptionPoint.BeforeSave, run))
            {
                throw new KilledException();
            }

            if (run.Plan.VaultFailure == _saves)
            {
                throw new SecretNotSavedException(issued, "The vault is locked.", "Unlock the vault.");
            }

            OperationRecord record = run.Operations.Find(candidate => candidate.Operation == operation)!;
            _before[record.Purpose] = vault._entries.GetValueOrDefault(record.Purpose);
            vault._entries[record.Purpose] = world.Deliver(record, issued, inVault: true);
            if (run.Plan.DeployFailure == _saves)
            {
                Revert(operation);
                throw new SecretNotSavedException(issued, "The consumer does not answer.", "Restart the consumer.");
            }

            if (world.Reach(InterruptionPoint.AfterSave, run))
            {
                throw new KilledException();
            }
        }

        public bool? Contains(Operation operation, ApiToken token)
        {
            OperationRecord record = run.Operations.Find(candidate => candidate.Operation == operation)!;
            return vault._entries.GetValueOrDefault(record.Purpose)?.TokenId == token.Id;
        }

        public SecureString? Read(Operation operation, ApiToken token)
        {
            OperationRecord record = run.Operations.Find(candidate => candidate.Operation == operation)!;
            return vault._entries.GetValueOrDefault(record.Purpose) is { } entry && entry.TokenId == token.Id
                ? SecretText.ToSecureString(entry.Secret)
                : null;
        }

        public void Complete(Operation operation)
        {
        }

        public void Revert(Operation operation)
        {
            OperationRecord record = run.Operations.Find(candidate => candidate.Operation == operation)!;
            world.History.Add($"   vault: reverted {record.Purpose}");
            vault._entries[record.Purpose].IsReverted = true;
            if (_before.GetValueOrDefault(record.Purpose) is { } before)
            {
                vault._entries[record.Purpose] = before;
            }
            else
            {
                vault._entries.Remove(record.Purpose);
            }
        }
    }
}
