using System.Collections;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A test of cmdlets, in the session and against the sandbox of its class.</summary>
public abstract class CmdletTest(SandboxFixture fixture) : CmdletTest<SandboxFixture>(fixture);

/// <summary>A test of cmdlets whose class has its own fixture.</summary>
/// <typeparam name="TFixture">The fixture.</typeparam>
public abstract class CmdletTest<TFixture> : IClassFixture<TFixture>, IDisposable
    where TFixture : SandboxFixture
{
    private readonly TFixture _fixture;

    protected CmdletTest(TFixture fixture)
    {
        _fixture = fixture;
        Session.Host.Clear();
        Session.Host.Answers.Clear();
    }

    protected ModuleSession Session => _fixture.Session;

    protected Sandbox Sandbox => _fixture.Sandbox;

    /// <summary>A folder for files, shared by the class.</summary>
    protected string Folder => _fixture.Folder;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes all faults.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Sandbox.ClearFaults();
        }
    }

    /// <summary>Returns a unique name for a token.</summary>
    protected static string NewName(string prefix = "test") => $"{prefix}-{Guid.NewGuid().ToString("n")[..10]}";

    /// <summary>Returns the path of a new file in the folder of the class.</summary>
    protected string NewPath(string extension) => Path.Combine(Folder, NewName("file") + extension);

    /// <summary>Runs a script to its end; see <see cref="ModuleSession.Run"/>.</summary>
    protected RunResult Run(string script, params object?[] arguments) => Session.Run(script, arguments);

    /// <summary>Runs a script that must succeed, and returns its output.</summary>
    protected IReadOnlyList<PSObject> Output(string script, params object?[] arguments) => Session.Output(script, arguments);

    /// <summary>Runs a script that must write one object and no error.</summary>
    protected PSObject Single(string script, params object?[] arguments) => Session.Single(script, arguments);

    /// <summary>Issues a token whose secret can be checked.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="name">The name; a unique one by default.</param>
    /// <param name="with">More parameters of New-ApiToken, or other values.</param>
    protected PSObject NewToken(string connection, string? name = null, Hashtable? with = null)
    {
        var parameters = (Hashtable)ServiceCase.Of(connection).Issue.Clone();
        if (with?.Keys.Cast<string>().Any(key => key.Contains("Expir")) == true)
        {
            parameters.Remove("ExpiresIn");
        }

        foreach (DictionaryEntry entry in with ?? [])
        {
            parameters[entry.Key] = entry.Value;
        }

        return Single(
            "param($Connection, $Name, $More) New-ApiToken -Connection $Connection -Name $Name @More",
            connection,
            name ?? NewName(),
            parameters);
    }

    /// <summary>Reads a token again from its service.</summary>
    protected PSObject Read(PSObject token) => Single("param($Token) Get-ApiToken -Connection $Token.Connection -Id $Token.Id", token);

    /// <summary>Another session with the module, connected to the sandbox's services.</summary>
    protected ModuleSession OpenSession()
    {
        var session = new ModuleSession();
        session.Run(
            "param($Services) $Services | ForEach-Object { $null = Connect-ApiTokenService $_.Service $_.Account -Token $_.Secret "
                + "-BaseUri $_.BaseUri -SkipCheck }",
            Sandbox.Started.Get("Services")).ShouldSucceed();
        return session;
    }

    /// <summary>
    /// Asserts that a script fails with one error of the specified id, with a recommended action and without a write request.
    /// </summary>
    protected ErrorRecord AssertRefused(string errorId, string script, params object?[] arguments)
    {
        int before = Sandbox.Count().Writes;
        ErrorRecord error = Run(script, arguments).ShouldFail(errorId);
        Assert.Equal(before, Sandbox.Count().Writes);
        return error;
    }

    /// <summary>Asserts that no request starts after the end of a pipeline, and that only a limited number of writes was sent.</summary>
    protected void AssertFrozen(RequestCount before, int atMost)
    {
        RequestCount first = Sandbox.Count();
        Thread.Sleep(700);
        Assert.Equal(first.Total, Sandbox.Count().Total);
        Assert.InRange(first.Writes - before.Writes, 0, atMost);
    }
}
