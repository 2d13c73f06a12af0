using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>The five ways in which a pipeline ends, for cmdlets in the middle of 300 tokens: no request starts after the end.</summary>
public sealed class PipelineEndTests(PipelineEndTests.Fixture fixture) : CmdletTest<PipelineEndTests.Fixture>(fixture)
{
    private const int TokenCount = 300;
    private const int MostWrites = 120;
    private readonly Fixture _fixture = fixture;

    public static TheoryData<string> Commands => ["Remove-ApiToken -PassThru", "Disable-ApiToken -PassThru", "Reset-ApiToken"];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Pipeline_RunsToItsEnd_ProcessesEveryToken(string command)
    {
        IReadOnlyList<PSObject> tokens = Take();
        RequestCount before = Sandbox.Count();

        IReadOnlyList<PSObject> output = Output($"param($Tokens) $Tokens | {command}", tokens);

        AssertFrozen(before, 2 * TokenCount);
        Assert.Equal(TokenCount, output.Count);
        Assert.Equal(TokenCount, output.Texts("Name").Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Dictionary<string, PSObject> now = AssertOutcome(command, tokens, output);
        if (command == "Reset-ApiToken")
        {
            // Every old token is gone.
            Assert.DoesNotContain(tokens, token => now.ContainsKey(token.Text("Id")));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Pipeline_EndedByFirst_SendsNothingMore(string command)
    {
        IReadOnlyList<PSObject> tokens = Take();
        RequestCount before = Sandbox.Count();

        IReadOnlyList<PSObject> output = Output($"param($Tokens) $Tokens | {command} -ThrottleLimit 4 | Select-First 1", tokens);

        AssertFrozen(before, MostWrites);
        Assert.Single(output);
        AssertOutcome(command, tokens, output);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Pipeline_EndedByThrowDownstream_SendsNothingMore(string command)
    {
        IReadOnlyList<PSObject> tokens = Take();
        var taken = new List<PSObject>();
        RequestCount before = Sandbox.Count();

        RunResult result = Run(
            $$"""
            param($Tokens, $Taken)
            $Tokens | {{command}} -ThrottleLimit 4 | ForEach-Object {
                if ($Taken.Count -eq 5) { throw 'the vault is full' }
                $Taken.Add($_)
            }
            """,
            tokens,
            taken);

        AssertFrozen(before, MostWrites);
        Assert.Equal("the vault is full", result.Terminating!.ToString());
        Assert.Single(result.Errors);
        Assert.Empty(result.Output);
        Assert.Equal(5, taken.Count);
        AssertOutcome(command, tokens, taken);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Pipeline_EndedByErrorActionStop_SendsNothingMore(string command)
    {
        IReadOnlyList<PSObject> tokens = Take();
        string unused = ServiceCase.Of("wegnology").UnusedId;
        IReadOnlyList<string> ids = [.. tokens.Texts("Id").Take(10), unused, .. tokens.Texts("Id").Skip(10)];
        RequestCount before = Sandbox.Count();

        RunResult result = Run($"param($Ids) $Ids | {command} -Connection wegnology -ThrottleLimit 4 -ErrorAction Stop", ids);

        AssertFrozen(before, MostWrites);
        Assert.NotNull(result.Terminating);
        Assert.Equal("ObjectNotFound", result.Terminating.Id());
        Assert.Equal(unused, result.Terminating.TargetObject?.ToString());
        Assert.Single(result.Errors);
        AssertOutcome(command, tokens, result.Output);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Pipeline_StoppedByHost_SendsNothingMore(string command)
    {
        IReadOnlyList<PSObject> tokens = Take();
        var taken = new List<PSObject>();
        RequestCount before = Sandbox.Count();

        RunningScript running = Session.Start(
            $$"""param($Tokens, $Taken) $Tokens | {{command}} -ThrottleLimit 1 | ForEach-Object { $Taken.Add($_) }""", tokens, taken);
        Eventually.True(() => Sandbox.Count().Writes >= before.Writes + 10 || running.HasEnded, "ten tokens were written");
        RunResult result = running.Stop();

        AssertFrozen(before, 280);
        Assert.True(running.HasEnded);
        Assert.True(result.Stopped);
        Assert.InRange(taken.Count, 1, TokenCount - 1);
        AssertOutcome(command, tokens, taken);
    }

    private IReadOnlyList<PSObject> Take() => _fixture.TakeActive(TokenCount);

    /// <summary>Every token in the output is done. No other token was replaced by a new one whose secret was not delivered.</summary>
    private Dictionary<string, PSObject> AssertOutcome(string command, IReadOnlyList<PSObject> tokens, IReadOnlyList<PSObject> output)
    {
        Dictionary<string, PSObject> now = Output("Get-ApiToken -Connection wegnology -Name 'token-*'")
            .ToDictionary(token => token.Text("Id"));
        switch (command.Split(' ')[0])
        {
            case "Remove-ApiToken":
                Assert.DoesNotContain(output, token => now.ContainsKey(token.Text("Id")));
                break;
            case "Disable-ApiToken":
                Assert.All(output, token => Assert.Equal("Inactive", now[token.Text("Id")].Text("Status")));
                Assert.All(tokens, token => Assert.Contains(token.Text("Id"), now.Keys));
                break;
            case "Reset-ApiToken":
                // If a new token was delivered, it stays; otherwise the old token stays.
                Assert.All(output, token => Assert.Contains(token.Text("Id"), now.Keys));
                Assert.All(output.Take(3), token => Assert.True(Sandbox.Accepts(token)));
                HashSet<string> delivered = [.. output.Texts("Name")];
                Assert.All(
                    tokens.Where(token => !delivered.Contains(token.Text("Name"))), token => Assert.Contains(token.Text("Id"), now.Keys));
                break;
            default:
                Assert.Fail($"It is not known what '{command}' does.");
                break;
        }

        return now;
    }

    /// <summary>Slow enough that a pipeline of 300 tokens does not finish before it is ended.</summary>
    public sealed class Fixture() : ManyTokensFixture("-Tokens 5200 -Latency 10");
}
