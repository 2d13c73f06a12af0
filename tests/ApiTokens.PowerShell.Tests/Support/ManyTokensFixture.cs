namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A session, and a sandbox with many tokens, some for each test.</summary>
/// <param name="parameters">The parameters of Start-ApiTokenSandbox.</param>
public abstract class ManyTokensFixture(string parameters) : SandboxFixture(parameters)
{
    private TokenSupply? _active;

    /// <summary>Takes active tokens of Wegnology that no other test has taken.</summary>
    public IReadOnlyList<PSObject> TakeActive(int count)
    {
        _active ??= new TokenSupply(Session.Output("Get-ApiToken -Connection wegnology -Name 'token-*' -Status Active"));
        return _active.Take(count);
    }
}
