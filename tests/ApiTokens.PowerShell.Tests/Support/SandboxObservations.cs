namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>What tests read of a sandbox's faults and requests.</summary>
public static class SandboxObservations
{
    /// <summary>How often the only fault of a sandbox has happened.</summary>
    public static int Fired(this Sandbox sandbox) => Assert.Single(sandbox.Faults()).GetProperty("fired").GetInt32();

    /// <summary>The requests of a method since a count was taken.</summary>
    public static IReadOnlyList<LoggedRequest> Since(this Sandbox sandbox, RequestCount before, string method) =>
        [.. sandbox.Since(before).Where(request => request.Method == method)];

    /// <summary>The last part of a request's path: the id of the token that it is about.</summary>
    public static string TokenId(this LoggedRequest request) => request.Path.Split('/')[^1];
}
