using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>
/// Each operation of each service against a service with hostile responses. Each run must end with a valid result or a valid
/// error, in time, without a secret in its text, and without a request to another host.
/// </summary>
[Collection(nameof(HostileServerTests))]
public sealed class HostileServerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Canary = "c4a1d9f0b7e8423a9d5c6e7f80912b3c";

    // The clock runs this many times faster, so the timeout of a request and all retry delays pass within LongestCase.
    private const int Speed = 300;
    private const int Lanes = 8;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    // The limit of a response is 64 MiB; a buffer that doubles leaves its smaller predecessors to the garbage collector.
    private const long MemoryLimit = 5 * 64L * 1024 * 1024;

    private static readonly TimeSpan LongestCase = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, (string Id, string[] Bodies)> Services = new()
    {
        ["Devo"] = ("3",
        [
            """
            {"id":3,"name":"ci","scope":"table://*.** level://admin","owner":"a@example.com","user":"u@example.com","audience":"apiv2",
            "token_type":"Bearer","active":true,"expiration":"2030-11-26T14:38:18.000+0000","account":"acme",
            "created":"2025-11-25T14:38:18.123+0000","updated":"2025-11-25T15:38:18.000+0000","token":"0123456789abcdef0123456789abcdef"}
            """,
            """
            [{"id":3,"name":"ci","scope":"table://*.** level://admin","owner":"a@example.com","user":"u@example.com","audience":"apiv2",
            "active":true,"expiration":"2030-11-26T14:38:18.000+0000","created":"2025-11-25T14:38:18.123+0000"},{"id":4,"name":"b",
            "active":false}]
            """,
            """{"error":{"code":400,"message":"Invalid required value: user"}}""",
        ]),
        ["Wegnology"] = ("575ec7417ae143cd83dc4a95",
        [
            """
            {"id":"575ec7417ae143cd83dc4a95","apiTokenId":"575ec7417ae143cd83dc4a95","creatorId":"575ed70c7ae143cd83dc4aa9",
            "creatorName":"a@example.com","ownerId":"575ec8687ae143cd83dc4a97","name":"ci","creationDate":"2016-06-13T04:00:00.000Z",
            "lastUpdated":"2016-06-14T04:00:00.000Z","expirationDate":null,"scope":["all.Application"],"status":"active",
            "token":"the.actual.secret"}
            """,
            """
            {"items":[{"id":"575ec7417ae143cd83dc4a95","name":"ci","creationDate":"2016-06-13T04:00:00.000Z","scope":["all.User"],
            "status":"active"},{"id":"575ec7417ae143cd83dc4a96","name":"b","status":"inactive"}],"count":2,"totalCount":2,"page":0,
            "perPage":1000}
            """,
            """{"success":true}""",
            """{"type":"Validation","message":"name is required"}""",
        ]),
        ["Gcore"] = ("42",
        [
            """
            {"id":42,"name":"ci","description":"d","exp_date":"2030-01-01T12:00:00.000000Z","expired":false,"deleted":false,
            "created":"2026-01-01T12:00:00.000000Z","last_usage":null,"token":"42_a1b2c3d4e5f6a1b2c3d4e5f6","client_user":{"role":{"id":5,
            "name":"Engineers"},"deleted":false,"user_id":123,"user_name":"John Doe","user_email":"some@example.com","client_id":456}}
            """,
            """
            [{"id":42,"name":"ci","exp_date":null,"expired":false,"deleted":false,"created":"2026-01-01T12:00:00.000000Z","last_usage":null,
            "client_user":{"role":{"id":1,"name":"Administrators"},"user_id":123,"user_name":null,"user_email":"some@example.com",
            "client_id":456}},{"id":43,"name":"b","deleted":true}]
            """,
            """{"id":456,"currentUser":2001,"email":"a@example.com"}""",
            """{"access":"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.x","refresh":"r"}""",
            """{"message":"API token not found."}""",
        ]),
        ["ApplicationUsers"] = ("at_0123456789abcdefghij",
        [
            """
            {"id":"at_0123456789abcdefghij","userId":"jdoe","site":"acme","name":null,"status":"active","access":{"location":"read",
            "vendor":"none"},"expirationMonths":12,"createdAt":"2026-01-31T12:00:00.000Z","createdBy":"admin",
            "expiresAt":"2030-01-31T12:00:00.000Z","regeneratedAt":null,"revokedAt":null,"lastUsedAt":null,"secret":"thesecret"}
            """,
            """
            {"items":[{"id":"at_0123456789abcdefghij","userId":"jdoe","status":"active","access":{"location":"full"},
            "expiresAt":"2030-01-31T12:00:00.000Z"}],"pageNumber":1,"pageSize":1000,"totalCount":1}
            """,
            """{"revoked":["at_0123456789abcdefghij"]}""",
            """[{"code":"location","name":"Location"}]""",
            """[{"code":"invalid","defaultMessage":"months must be 3, 6 or 12"}]""",
        ]),
    };

    private static readonly (string Name, Func<TokenConnection, string, CancellationToken, Task<object?>> Run)[] Operations =
    [
        ("check", async (c, _, cancellationToken) => { await c.Tokens.CheckAsync(cancellationToken); return null; }),
        ("list", async (c, _, _) => await FirstAsync(c, TokenFilter.Existing)),
        (
            "find",
            async (c, _, _) => await FirstAsync(
                c, new TokenFilter { Names = [NamePattern.Literal("ci")], Statuses = [TokenStatus.Active, TokenStatus.Revoked] })),
        ("get", async (c, id, cancellationToken) => await c.Tokens.GetAsync(id, cancellationToken)),
        ("get with secret", async (c, id, cancellationToken) => await c.Tokens.GetWithSecretAsync(id, cancellationToken)),
        ("create", async (c, _, cancellationToken) => await c.Tokens.CreateAsync(CreateRequest(c), cancellationToken)),
        (
            "issue",
            async (c, _, cancellationToken) =>
                await TestOperations.IssueAsync(c, CreateRequest(c), removeOrphan: true, cancellationToken: cancellationToken)),
        ("disable", async (c, id, cancellationToken) => await c.Tokens.SetEnabledAsync(id, false, cancellationToken)),
        ("rename", async (c, id, cancellationToken) => await c.Tokens.RenameAsync(id, "other", cancellationToken)),
        ("update", async (c, id, cancellationToken) => await c.Tokens.UpdateAsync(id, ChangesFor(c), cancellationToken)),
        ("remove", async (c, id, cancellationToken) => { await c.Tokens.RemoveAsync(id, cancellationToken); return null; }),
        ("remove all", async (c, _, cancellationToken) => await c.Tokens.RemoveAllAsync("jdoe", cancellationToken)),
        (
            "regenerate",
            async (c, id, cancellationToken) => await c.Tokens.RegenerateAsync(id, TokenExpiry.ServiceDefault, cancellationToken)),
        (
            "reset",
            async (c, id, cancellationToken) =>
            {
                await TestOperations.ResetAsync(c, id, new ResetOptions(), _ => Task.CompletedTask, cancellationToken);
                return null;
            }),
        ("own", async (c, id, cancellationToken) => await c.Tokens.IsOwnTokenAsync(new ApiToken { Id = id }, cancellationToken)),
        ("permissions", async (c, _, cancellationToken) => await c.Tokens.ListPermissionsAsync(cancellationToken)),
    ];

    private readonly HostileServer _server = new();
    private readonly ConcurrentDictionary<string, int> _outcomes = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public async Task Operation_HostileResponses_ReturnsValidResultOrError(string service)
    {
        (string id, string[] bodies) = Services[service];
        Gen<HostileResponse[]> responses = HostileResponses.For(
            bodies, Canary, [_server.Elsewhere("127.0.0.1"), _server.Elsewhere("localhost")]);
        Gen<(int Operation, HostileResponse[] Responses)> cases =
            from operation in Gen.Elements(Supported(service))
            from sequence in responses
            select (operation, sequence);

        // Most cases mostly wait for a slow service. They run on their own threads, so that the thread pool is free for server and client.
        Task[] lanes = [.. Enumerable.Range(0, Lanes).Select(lane => Task.Factory.StartNew(
            () =>
            {
                ulong seed = Seeds.First + (ulong)lane;
                Check.One(
                    Config.QuickThrowOnFailure.WithName($"{service}, seed {seed}")
                        .WithMaxTest(Seeds.Cases(quick: 160) / Lanes)
                        .WithReplay(seed, (2UL * (ulong)lane) + 1),
                    Prop.ForAll(cases.ToArbitrary(), one => RunAsync(service, id, one.Operation, one.Responses).GetAwaiter().GetResult()));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        await Task.WhenAll(lanes);

        Assert.Equal(0, _server.RedirectsFollowed);
        output.WriteLine(
            string.Join(
                Environment.NewLine,
                _outcomes.OrderByDescending(outcome => outcome.Value).Select(outcome => $"{outcome.Value,6} {outcome.Key}")));
    }

    [Theory]
    [InlineData("Devo", "list")]
    [InlineData("Devo", "get")]
    [InlineData("Wegnology", "list")]
    [InlineData("Wegnology", "get")]
    [InlineData("Gcore", "list")]
    [InlineData("ApplicationUsers", "list")]
    public async Task Response_BombOrEndless_StaysWithinMemoryLimit(string service, string operation)
    {
        foreach (string start in new[] { "{\"name\":\"", "[", "[{\"name\":\"", "{\"items\":[" })
        {
            foreach (Delivery delivery in new[] { Delivery.Bomb, Delivery.Endless })
            {
                HostileServer.WarmUp();
                var response = new HostileResponse(
                    200, ["Content-Type: application/json"], Encoding.UTF8.GetBytes(start + start), delivery);
                (Uri baseUri, _) = _server.Begin([response]);
                TokenConnection connection = await TestConnections.ConnectAsync(baseUri, service);
                using var memory = new MemoryWatch();

                ApiTokenException error = await Assert.ThrowsAsync<ApiTokenException>(
                    () => Operations.Single(each => each.Name == operation).Run(connection, Services[service].Id, default))
                    .WaitAsync(LongestCase);

                Assert.Equal(ErrorKind.InvalidResult, error.Kind);
                Assert.InRange(memory.Peak(), 0, MemoryLimit);
                _server.End(baseUri);
            }
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a1")]
    [InlineData("eyJhbGciOi.")]
    [InlineData("1_a")]
    public async Task Error_MillionsOfCharacters_IsRedactedQuickly(string letters)
    {
        string body = $$$"""{"error":{"message":"{{{string.Concat(Enumerable.Repeat(letters, 10_000_000 / letters.Length))}}}"}}""";
        (Uri baseUri, _) = _server.Begin(
            [new HostileResponse(400, ["Content-Type: application/json"], Encoding.UTF8.GetBytes(body), Delivery.Complete)]);
        ITokenService tokens = (await TestConnections.ConnectAsync(baseUri, "Devo")).Tokens;
        var watch = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("3", default));

        Assert.True(
            error.Kind == ErrorKind.InvalidData && error.Message.Length < 1000 && watch.Elapsed < TimeSpan.FromSeconds(10),
            $"{watch.Elapsed}: {error.Message.Length}");
    }

    // The other operations fail before any request.
    private static int[] Supported(string service)
    {
        ServiceCapabilities can = ServiceCatalog.Find(service).Capabilities;
        return [.. Enumerable.Range(0, Operations.Length).Where(operation => Operations[operation].Name switch
        {
            "get with secret" => can.ReadSecret,
            "disable" => can.SetEnabled,
            "rename" => can.Rename,
            "update" => can.UpdateDescription || can.UpdateAccess,
            "remove all" => can.RemoveAll,
            "regenerate" => can.Regenerate,
            _ => true,
        })];
    }

    private static async Task<ApiToken?> FirstAsync(TokenConnection connection, TokenFilter filter)
    {
        ApiToken? first = null;
        int count = 0;
        await foreach (ApiToken token in connection.Tokens.ListAsync(filter, CancellationToken.None))
        {
            Assert.NotEmpty(token.Id);
            Assert.True(filter.IsMatch(token), "A token was listed that does not match the filter.");
            first ??= token;
            Assert.True(++count < 100_000, "The list does not end.");
        }

        return first;
    }

    private static NewTokenRequest CreateRequest(TokenConnection connection) => ServiceRecipe.Of(connection.Service).New("ci");

    private static TokenChanges ChangesFor(TokenConnection connection) => connection.Service == "ApplicationUsers"
        ? new TokenChanges { ApplyToAll = AccessLevel.Read }
        : new TokenChanges { Description = "other" };

    private async Task RunAsync(string service, string id, int operation, HostileResponse[] responses)
    {
        (string name, Func<TokenConnection, string, CancellationToken, Task<object?>> run) = Operations[operation];
        (Uri baseUri, _) = _server.Begin(responses);
        var clock = new FastTimeProvider(Speed);
        var watch = Stopwatch.StartNew();
        string outcome;
        try
        {
            TokenConnection connection = await TokenConnection.ConnectAsync(
                new ConnectionRequest
                {
                    Service = service,
                    BaseUri = baseUri,
                    Account = ServiceRecipe.Of(service).Account,
                    Secret = SecretText.ToSecureString(Canary),
                    SkipCheck = true,
                    RequestsPerSecond = TestConnections.UnlimitedRate,
                    Time = clock,
                    Timeout = Timeout,
                },
                default);
            object? result = await run(connection, id, default).WaitAsync(LongestCase);
            CheckResult(result, id, name);
            outcome = "a result";
        }
        catch (ApiTokenException e)
        {
            CheckError(e);
            outcome = e.ErrorId;
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"{service} {name} hangs.");
        }
        finally
        {
            _server.End(baseUri);
        }

        _outcomes.AddOrUpdate($"{name}: {outcome}", 1, (_, count) => count + 1);
        Assert.True(watch.Elapsed < LongestCase, $"{service} {name} took {watch.Elapsed}.");
    }

    private static void CheckResult(object? result, string id, string operation)
    {
        if (result is ApiToken token)
        {
            Assert.NotEmpty(token.Id);
            Assert.DoesNotContain(Canary, JsonSerializer.Serialize(new ApiToken(token)));
            if (operation is "get" or "get with secret" or "disable" or "rename" or "update" or "regenerate")
            {
                // A token other than the requested one is not a valid result.
                Assert.Equal(id, token.Id);
            }
        }

        if (result is IssuedToken issued)
        {
            Assert.NotEqual(0, issued.GetSecret().Length);
        }
    }

    /// <summary>Measures the growth of memory since its creation.</summary>
    private sealed class MemoryWatch : IDisposable
    {
        private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
        private readonly Timer _timer;
        private long _peak;

        public MemoryWatch() => _timer = new Timer(_ => Sample(), null, 0, 2);

        public long Peak()
        {
            Sample();
            return _peak;
        }

        public void Dispose() => _timer.Dispose();

        private void Sample() => _peak = Math.Max(_peak, GC.GetTotalMemory(forceFullCollection: false) - _before);
    }

    private static void CheckError(ApiTokenException error)
    {
        Assert.Matches("^[A-Z][A-Za-z]+$", error.ErrorId);
        Assert.NotEmpty(error.Message);
        Assert.False(string.IsNullOrEmpty(error.RecommendedAction), $"{error.ErrorId} has no recommended action.");
        Assert.True(error.Message.Length < 3000, "The message is too long.");
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.DoesNotContain(Canary, error.ToString());
        Assert.DoesNotContain("0123456789abcdef0123456789abcdef", error.ToString());
        Assert.DoesNotContain("42_a1b2c3d4e5f6a1b2c3d4e5f6", error.ToString());
    }
}
