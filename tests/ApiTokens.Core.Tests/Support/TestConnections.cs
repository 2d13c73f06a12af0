using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Support;

/// <summary>Connections to scripted servers.</summary>
internal static class TestConnections
{
    /// <summary>A secret for tests that do not care about it.</summary>
    public const string Secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

    /// <summary>Longer than any wait between two tries, so that a clock that skips waits does not skip it.</summary>
    public static readonly TimeSpan LongTimeout = TimeSpan.FromMinutes(30);

    /// <summary>A rate that never makes a request wait: a clock that stands still would let it wait for ever.</summary>
    public const double UnlimitedRate = 1e9;

    /// <summary>A clock for which waits between two tries take no time.</summary>
    public static TestTimeProvider CreateSkippingClock() => new() { SkipUpTo = TimeSpan.FromMinutes(20) };

    public static Task<TokenConnection> ConnectAsync(
        ScriptedServer server, string service, string? account = null, TimeProvider? time = null, string secret = Secret)
    {
        server.Clock = time ?? CreateSkippingClock();
        return TokenConnection.ConnectAsync(Request(server.BaseUri, service, account, server.Clock, secret), CancellationToken.None);
    }

    public static Task<TokenConnection> ConnectAsync(Uri baseUri, string service, TimeProvider? time = null) =>
        TokenConnection.ConnectAsync(Request(baseUri, service, time: time), CancellationToken.None);

    /// <summary>A connection with user name and password, whose first request logs in.</summary>
    public static Task<TokenConnection> ConnectWithPasswordAsync(
        ScriptedServer server, string service, string? account = null, TimeProvider? time = null) => TokenConnection.ConnectAsync(
        new ConnectionRequest
        {
            Service = service,
            Account = account,
            BaseUri = server.BaseUri,
            UserName = "a",
            Password = SecretText.ToSecureString("password1"),
            SkipCheck = true,
            Time = time ?? TimeProvider.System,
            Timeout = LongTimeout,
        },
        CancellationToken.None);

    public static ConnectionRequest Request(
        Uri baseUri, string service, string? account = null, TimeProvider? time = null, string secret = Secret) => new()
        {
            Service = service,
            BaseUri = baseUri,
            Account = account ?? ServiceRecipe.Of(service).Account,
            Secret = SecretText.ToSecureString(secret),
            SkipCheck = true,
            RequestsPerSecond = UnlimitedRate,
            Time = time ?? CreateSkippingClock(),
            Timeout = LongTimeout,
        };

    public static async Task<List<ApiToken>> ListAsync(this ITokenService tokens, TokenFilter? filter = null)
    {
        var list = new List<ApiToken>();
        await foreach (ApiToken token in tokens.ListAsync(filter ?? TokenFilter.Existing, CancellationToken.None))
        {
            list.Add(token);
        }

        return list;
    }
}
