namespace ApiTokens.Sandbox.Tests;

/// <summary>A sandbox whose responses for Application Users are validated against the published API description.</summary>
public abstract class ApplicationUsersTest : SandboxTest
{
    internal const string Site = "/sites/example-site";
    internal const string Tokens = Site + "/tokens";

    internal ContractHandler Contract { get; } = new();

    internal Client Admin => Administrator("application-users", "Bearer");

    internal Client Anonymous => Admin.With(null);

    internal override HttpMessageHandler CreateHandler() => Contract;

    internal Task<Response> CreateAsync(string userId, string body = "{}") => Admin.PostAsync($"{Site}/users/{userId}/tokens", body);

    internal Task<Response> DataAsync(HttpMethod method, string api, string? secret, string userId, string site = "example-site") =>
        Anonymous.SendAsync(
            method, $"/data/{api}", null, ("authenticationtoken", secret ?? ""), ("userid", userId), ("sitename", site));
}
