using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>
/// Listing while deleting: Wegnology pages by number, so tokens that are removed or created meanwhile move the
/// others. Each token is still returned once.
/// </summary>
public sealed class ListWhileDeletingTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly Sandbox _sandbox;

    public ListWhileDeletingTests()
    {
        _sandbox = Sandbox.Start(_session, "-Tokens 3000");
    }

    [Fact]
    public void Remove_AllThatAreListed_DeletesEachOnce()
    {
        IReadOnlyList<string> ids = List("token-*").Texts("Id");
        RequestCount before = _sandbox.Count();

        RunResult result = _session.Run("Get-ApiToken -Connection wegnology -Name 'token-*' | Remove-ApiToken").ShouldSucceed();

        Assert.Equal(3000, result.Summary!.Get("Done"));
        Assert.Equal(ids.Order(), AssertDeletedOnce(before).Order());
        Assert.Empty(List("token-*"));
    }

    [Fact]
    public void Remove_WhileOthersCreateAndRemove_DeletesEachOnce()
    {
        ILookup<bool, PSObject> tokens = List("token-*").ToLookup(token => token.Text("Name").EndsWith('7'));
        PSObject[] theirs = [.. tokens[true]];
        IReadOnlyList<string> ours = [.. tokens[false].Texts("Id")];
        Assert.Equal(300, theirs.Length);
        using var other = new ModuleSession();
        other.ConnectTo(_sandbox, "wegnology", "-SkipCheck");
        RequestCount before = _sandbox.Count();

        // The other session removes tokens at both ends, and creates new ones in between.
        RunningScript running = other.Start(
            """
            param($Theirs)
            for ($i = 0; $i -lt 150; $i++) {
                $Theirs[$i], $Theirs[299 - $i] | Remove-ApiToken -ThrottleLimit 2
                if ($i % 3 -eq 0) {
                    $null = New-ApiToken "new-$i" -Connection wegnology -Scope ReadOnly
                }
            }
            """,
            [theirs]);
        RunResult result = _session.Run(
            """
            Get-ApiToken -Connection wegnology | Where-Object { $_.Name -like 'token-*' -and -not $_.Name.EndsWith('7') } |
                Remove-ApiToken -ThrottleLimit 4
            """);
        running.Wait().ShouldSucceed();
        result.ShouldSucceed();

        Assert.Equal(2700, result.Summary!.Get("Done"));
        IReadOnlyList<string> deleted = AssertDeletedOnce(before);
        Assert.Equal(3000, deleted.Count);
        Assert.Empty(ours.Except(deleted));
        Assert.Empty(List("token-*"));
        Assert.Equal(50, List("new-*").Count);
    }

    public void Dispose()
    {
        _session.Run("Get-ApiTokenSandbox | Stop-ApiTokenSandbox");
        _session.Dispose();
    }

    private IReadOnlyList<PSObject> List(string name) =>
        _session.Output("param($Name) Get-ApiToken -Connection wegnology -Name $Name", name);

    /// <summary>The distinct ids in delete requests since a count was taken.</summary>
    private IReadOnlyList<string> AssertDeletedOnce(RequestCount before)
    {
        IReadOnlyList<string> ids = [.. _sandbox.Since(before, "DELETE").Select(request => request.TokenId())];
        Assert.Equal(3000, ids.Count);
        Assert.Distinct(ids);
        return ids;
    }
}
