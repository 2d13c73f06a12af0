using System.Collections;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>The services of a sandbox, and connections to them.</summary>
public static class ServiceAccess
{
    /// <summary>The access to a service, under the usual name of its connection: Account, Secret, BaseUri.</summary>
    public static PSObject Access(this Sandbox sandbox, string connection) =>
        ((IEnumerable)sandbox.Started.Get("Services")!).Cast<object>().Select(PSObject.AsPSObject).Single(service => service.Text("Service") == connection);

    /// <summary>Connects a session to a service.</summary>
    /// <param name="session">The session.</param>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="connection">The usual name of the service's connection.</param>
    /// <param name="parameters">More parameters, such as "-Name other -TimeoutSec 1".</param>
    public static void ConnectTo(this ModuleSession session, Sandbox sandbox, string connection, string parameters = "") =>
        session.Single(
            $"param($To) Connect-ApiTokenService $To.Service $To.Account -Token $To.Secret -BaseUri $To.BaseUri {parameters}",
            sandbox.Access(connection));

    /// <summary>How often the only fault of a sandbox has happened.</summary>
    public static int Fired(this Sandbox sandbox) => Assert.Single(sandbox.Faults()).GetProperty("fired").GetInt32();

    /// <summary>The requests of a method since a count was taken.</summary>
    public static IReadOnlyList<LoggedRequest> Since(this Sandbox sandbox, RequestCount before, string method) =>
        [.. sandbox.Since(before).Where(request => request.Method == method)];

    /// <summary>The last part of a request's path: the id of the token that it is about.</summary>
    public static string TokenId(this LoggedRequest request) => request.Path.Split('/')[^1];
}
