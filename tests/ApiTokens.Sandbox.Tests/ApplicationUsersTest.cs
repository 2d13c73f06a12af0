namespace ApiTokens.Sandbox.Tests;

/// <summary>A sandbox whose Application Users answers are all held against the published document.</summary>
public abstract class ApplicationUsersTest : SandboxTest
{
    internal const string Site = "/sites/example-site";
    internal const string Tokens = Site + "/tokens";

    internal ContractHandler Contract { get; } = new();

    internal Client Admin => Administrator("application-users", "Bearer");

    internal Client Nobody => Admin.With(null);

    internal override HttpMessageHandler CreateHandler() => Contract;

    internal Task<Answer> CreateAsync(string userId, string body = "{}") => Admin.PostAsync($"{Site}/users/{userId}/tokens", body);

    internal Task<Answer> DataAsync(HttpMethod method, string api, string? secret, string userId, string site = "example-site") =>
        Nobody.SendAsync(
            method, $"/data/{api}", null, ("authenticationtoken", secret ?? ""), ("userid", userId), ("sitename", site));
}
