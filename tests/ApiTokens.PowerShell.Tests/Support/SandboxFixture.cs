namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>
/// A session, connected to a sandbox that Start-ApiTokenSandbox started in it, and a folder for files. One per test class.
/// </summary>
public class SandboxFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apitokens-");

    public SandboxFixture()
        : this(string.Empty)
    {
    }

    /// <summary>For a class whose sandbox needs parameters, such as "-Tokens 100".</summary>
    protected SandboxFixture(string parameters)
    {
        Sandbox = Sandbox.Start(Session, parameters);
    }

    public ModuleSession Session { get; } = new();

    public Sandbox Sandbox { get; }

    /// <summary>A folder that is deleted with the fixture.</summary>
    public string Folder => _folder.FullName;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        Session.Run("Get-ApiTokenSandbox | Stop-ApiTokenSandbox");
        Session.Dispose();
        _folder.Delete(recursive: true);
    }
}
