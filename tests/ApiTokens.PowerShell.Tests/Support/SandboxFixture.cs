namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A session, a sandbox started in it with Start-ApiTokenSandbox and connected to, and a folder for files. One for a test class.</summary>
public sealed class SandboxFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apitokens-");

    public SandboxFixture()
    {
        Sandbox = Sandbox.Start(Session);
    }

    public ModuleSession Session { get; } = new();

    public Sandbox Sandbox { get; }

    /// <summary>A folder that goes with the fixture.</summary>
    public string Folder => _folder.FullName;

    public void Dispose()
    {
        Session.Run("Get-ApiTokenSandbox | Stop-ApiTokenSandbox");
        Session.Dispose();
        _folder.Delete(recursive: true);
    }
}
