namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Reads a sandbox's faults and requests.</summary>
public static class SandboxObservations
{
    /// <summary>How often the only fault of a sandbox has fired.</summary>
    public static int Fired(this Sandbox sandbox) => Assert.Single(sandbox.Faults()).GetProperty("fired").GetInt32();

    /// <summary>The requests of a method since a count was taken.</summary>
    public static IReadOnlyList<LoggedRequest> Since(this Sandbox sandbox, RequestCount before, string method) =>
        [.. sandbox.Since(before).Where(request => request.Method == method)];

    /// <summary>The last segment of a request's path, which is the id of the token.</summary>
    public static string TokenId(this LoggedRequest request) => request.Path.Split('/')[^1];
}
