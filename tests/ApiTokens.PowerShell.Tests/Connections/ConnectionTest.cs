using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Connections;

/// <summary>A test of connections, in a session without connections.</summary>
public abstract class ConnectionTest : CmdletTest
{
    /// <summary>A secret of a valid form that no service of the sandbox accepts.</summary>
    protected const string WrongSecret = "4242_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    protected ConnectionTest(SandboxFixture fixture)
        : base(fixture)
    {
        DisconnectAll();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisconnectAll();
        }

        base.Dispose(disposing);
    }

    /// <summary>The data that is needed to connect to one of the sandbox's services.</summary>
    protected PSObject Access(string connection) =>
        ((IEnumerable)Sandbox.Started.Get("Services")!)
            .Cast<object>()
            .Select(PSObject.AsPSObject)
            .Single(service => service.Text("Service") == connection);

    /// <summary>Connects to one of the sandbox's services with its administrator's secret.</summary>
    /// <param name="connection">The default name of the service's connections.</param>
    /// <param name="with">More parameters of Connect-ApiTokenService, or other values.</param>
    protected RunResult Connect(string connection, Hashtable? with = null)
    {
        PSObject access = Access(connection);
        var parameters = new Hashtable
        {
            ["Service"] = connection,
            ["Account"] = access.Text("Account"),
            ["Token"] = access.Get("Secret"),
            ["BaseUri"] = access.Get("BaseUri"),
        };
        foreach (DictionaryEntry entry in with ?? [])
        {
            parameters[entry.Key] = entry.Value;
        }

        return Run("param($Parameters) Connect-ApiTokenService @Parameters", parameters);
    }

    /// <summary>Connects, which must succeed, and returns the connection.</summary>
    protected PSObject Connected(string connection, Hashtable? with = null) => Connect(connection, with).ShouldSucceed().Single;

    /// <summary>Asserts that a script ended with one error of the specified id and a recommended action.</summary>
    protected static ErrorRecord AssertEnded(string errorId, RunResult result)
    {
        ErrorRecord error = result.ShouldFail(errorId);
        Assert.Same(error, result.Terminating);
        return error;
    }

    private void DisconnectAll() => Run("Get-ApiTokenService | Disconnect-ApiTokenService").ShouldSucceed();
}
