using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Listing;

/// <summary>A session connected to a sandbox with 2500 more tokens on each service, and the whole list of each.</summary>
public sealed class ListingFixture : IDisposable
{
    public ListingFixture()
    {
        Sandbox = Sandbox.Start(Session, "-Tokens 2500");
        Whole = Session.Output("Get-ApiTokenService").Texts("Name").ToDictionary(
            connection => connection,
            connection => Session.Output(
                "param($Connection) Get-ApiToken -Connection $Connection -Status Active, Inactive, Expired, Revoked", connection));
    }

    public ModuleSession Session { get; } = new();

    public Sandbox Sandbox { get; }

    /// <summary>All tokens of each connection, whatever their status.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PSObject>> Whole { get; }

    public void Dispose()
    {
        Session.Run("Get-ApiTokenSandbox | Stop-ApiTokenSandbox");
        Session.Dispose();
    }
}
