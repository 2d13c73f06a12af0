using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ApiTokens.Sandbox.Faults;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Faults on demand, and whether the service executed the request.</summary>
public sealed class FaultTests : SandboxTest
{
    private const string Tokens = "/me/tokens";
    private const string Build = Tokens + "/5e0000000000000000000001";

    private Client Wegnology => Administrator("wegnology", "Bearer");

    private Client Control => new(Http, new Uri(Server.BaseAddress, "/sandbox"), $"Bearer {Server.Description.ControlToken}");

    [Theory]
    [InlineData(
        "devo", "Bearer", "/ws/accounts/example-domain/credentials/tokens", """{"error":{"code":503,"message":"Service Unavailable"}}""")]
    [InlineData("wegnology", "Bearer", "/me", """{"type":"ServiceUnavailable","message":"Service Unavailable"}""")]
    [InlineData("gcore", "APIKey", "/iam/clients/me", """{"message":"Service Unavailable"}""")]
    [InlineData(
        "application-users", "Bearer", "/sites/example-site/me",
        """{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The request failed with status 503."}""")]
    public async Task Status_Fault_HasErrorBodyOfService(string service, string scheme, string path, string body)
    {
        await AddAsync("""{"kind":"status","status":503,"retryAfter":"2"}""");

        Response response = await Administrator(service, scheme).GetAsync(path);

        response.Expect(HttpStatusCode.ServiceUnavailable, body);
        Assert.Equal(TimeSpan.FromSeconds(2), response.Headers.RetryAfter?.Delta);
        (await Administrator(service, scheme).GetAsync(path)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Status_ApplicationUsers_MatchesPublishedSchema()
    {
        JsonNode problem = JsonNode.Parse("""{"$ref":"#/components/schemas/Problem"}""")!;
        foreach (int status in new[] { 429, 500, 502, 599 })
        {
            Server.Faults.Add(new Fault { Kind = FaultKind.Status, Status = status });

            Response response = await Administrator("application-users", "Bearer").GetAsync("/sites/example-site/me");

            await OpenApiContract.Instance.CheckAsync($"{status}", problem, response.Expect((HttpStatusCode)status).Body!.ToJsonString());
        }
    }

    [Fact]
    public async Task RetryAfter_Date_IsSent()
    {
        await AddAsync("""{"kind":"status","status":429,"retryAfter":"Thu, 31 Jan 2030 12:00:05 GMT"}""");

        Assert.Equal(
            Clock.GetUtcNow().AddSeconds(5),
            (await Wegnology.GetAsync("/me")).Expect(HttpStatusCode.TooManyRequests).Headers.RetryAfter?.Date);
    }

    [Theory]
    [InlineData("before", 200)]
    [InlineData("after", 404)]
    public async Task Status_BeforeOrAfter_SkipsOrExecutesRequest(string when, int left)
    {
        await AddAsync($$"""{"kind":"status","status":502,"when":"{{when}}"}""");

        (await Wegnology.DeleteAsync(Build)).Expect(HttpStatusCode.BadGateway, """{"type":"BadGateway","message":"Bad Gateway"}""");

        (await Wegnology.GetAsync(Build)).Expect((HttpStatusCode)left);
    }

    [Theory]
    [InlineData("before", 200)]
    [InlineData("after", 404)]
    public async Task Delay_BeforeOrAfter_DelaysRequestOrOnlyResponse(string when, int meanwhile)
    {
        await AddAsync($$"""{"kind":"delay","delayMs":1500,"when":"{{when}}"}""");
        var watch = Stopwatch.StartNew();

        Task<Response> delete = Wegnology.DeleteAsync(Build);
        await FiredAsync(1);
        Response seen = await Wegnology.GetAsync(Build);
        while (seen.Status != (HttpStatusCode)meanwhile && !delete.IsCompleted)
        {
            seen = await Wegnology.GetAsync(Build);
        }

        Assert.False(delete.IsCompleted);
        seen.Expect((HttpStatusCode)meanwhile);
        (await delete).Expect(HttpStatusCode.OK, """{"success":true}""");
        Assert.True(watch.ElapsedMilliseconds >= 1490);
        (await Wegnology.GetAsync(Build)).Expect(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("before", 200)]
    [InlineData("after", 404)]
    public async Task Reset_BeforeOrAfter_EndsConnectionWithoutResponse(string when, int left)
    {
        await AddAsync($$"""{"kind":"reset","when":"{{when}}"}""");

        Assert.Equal(new RawResponse("", Reset: true), await RawConnection.SendAsync(Service("wegnology"), "Bearer", "DELETE", Build));

        (await Wegnology.GetAsync(Build)).Expect((HttpStatusCode)left);
        Assert.Null((await Control.GetAsync("/requests/log")).Items[0]!["status"]);
    }

    [Fact]
    public async Task Truncate_SendsHalfOfContentLength()
    {
        string complete = (
            await RawConnection.SendAsync(Service("devo"), "Bearer", "GET", "/ws/accounts/example-domain/credentials/tokens/1")).Body;
        await AddAsync("""{"kind":"truncate"}""");

        RawResponse half = await RawConnection.SendAsync(
            Service("devo"), "Bearer", "GET", "/ws/accounts/example-domain/credentials/tokens/1");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", half.Head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json", half.Head, StringComparison.Ordinal);
        Assert.Contains("x-devo-cid: ", half.Head, StringComparison.Ordinal);
        Assert.Equal(complete[complete.IndexOf('{', StringComparison.Ordinal)..(complete.LastIndexOf('}') + 1)].Length, half.ContentLength);
        Assert.Equal(half.ContentLength / 2, half.Body.Length);
        Assert.Contains(half.Body, complete, StringComparison.Ordinal);
        Assert.True(half.Reset);
    }

    [Fact]
    public async Task Truncate_Create_LeavesToken()
    {
        await AddAsync("""{"kind":"truncate","method":"POST"}""");

        await Assert.ThrowsAsync<HttpRequestException>(() => Wegnology.PostAsync(Tokens, """{"name":"orphan"}"""));

        Assert.Single((await Wegnology.GetAsync($"{Tokens}?filterField=name&filter=orphan")).Items);
    }

    [Fact]
    public async Task Truncate_NoBody_SendsNothing()
    {
        await AddAsync("""{"kind":"truncate"}""");

        RawResponse response = await RawConnection.SendAsync(
            Service("devo"), "Bearer", "DELETE", "/ws/accounts/example-domain/credentials/tokens/2");

        Assert.Equal(new RawResponse("", Reset: true), response);
        (await Administrator("devo", "Bearer").GetAsync("/ws/accounts/example-domain/credentials/tokens/2"))
            .Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task NotJson_SendsWebPage()
    {
        await AddAsync("""{"kind":"notJson"}""");

        RawResponse response = await RawConnection.SendAsync(Service("wegnology"), "Bearer", "DELETE", Build);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", response.Head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/html", response.Head, StringComparison.Ordinal);
        Assert.Contains("<html>", response.Body, StringComparison.Ordinal);
        (await Wegnology.GetAsync(Build)).Expect(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"kind":"status","status":500,"service":"gcore"}""", false)]
    [InlineData("""{"kind":"status","status":500,"service":"wegnology"}""", true)]
    [InlineData("""{"kind":"status","status":500,"method":"DELETE"}""", false)]
    [InlineData("""{"kind":"status","status":500,"method":"get"}""", true)]
    [InlineData("""{"kind":"status","status":500,"path":"/wegnology/me"}""", false)]
    [InlineData("""{"kind":"status","status":500,"path":"/wegnology/me/token?"}""", true)]
    [InlineData("""{"kind":"status","status":500,"path":"/wegnology/me/tokens*"}""", true)]
    [InlineData("""{"kind":"status","status":500,"path":"*tokens"}""", true)]
    [InlineData("""{"kind":"status","status":500,"path":"/Wegnology/*"}""", false)]
    [InlineData("""{"kind":"status","status":500,"service":"wegnology","method":"GET","path":"*/tokens"}""", true)]
    [InlineData("""{"kind":"status","status":500,"service":"wegnology","method":"POST","path":"*/tokens"}""", false)]
    public async Task Fault_Filter_SelectsRequests(string fault, bool happens)
    {
        await AddAsync(fault);

        (await Wegnology.GetAsync(Tokens)).Expect(happens ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);

        Assert.Equal(happens ? 1 : 0, Server.Faults.All[0].Fired);
    }

    [Fact]
    public async Task Fault_Count_LimitsAndCountsOccurrences()
    {
        await AddAsync("""{"kind":"status","status":500,"count":3,"method":"GET"}""");
        await AddAsync("""{"kind":"status","status":503}""");

        var statuses = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            statuses.Add((int)(await Wegnology.GetAsync("/me")).Status);
        }

        Assert.Equal([500, 500, 500, 503, 200], statuses);
        (await Control.GetAsync("/faults")).Expect(HttpStatusCode.OK, """
            [{"method":"GET","kind":"status","status":500,"count":3,"fired":3},{"kind":"status","status":503,"fired":1}]
            """);
        (await Control.DeleteAsync("/faults")).Expect(HttpStatusCode.NoContent);
        (await Control.GetAsync("/faults")).Expect(HttpStatusCode.OK, "[]");
    }

    [Fact]
    public async Task Fault_SameSeed_HasSameOccurrences()
    {
        List<int> first = await StatusesAsync("""{"kind":"status","status":500,"probability":0.3,"seed":42}""");
        List<int> second = await StatusesAsync("""{"kind":"status","status":500,"probability":0.3,"seed":42}""");
        List<int> other = await StatusesAsync("""{"kind":"status","status":500,"probability":0.3,"seed":43}""");
        List<int> limited = await StatusesAsync("""{"kind":"status","status":500,"probability":0.3,"seed":42,"count":2}""");

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.InRange(first.Count(status => status == 500), 30, 90);
        Assert.Equal(2, limited.Count(status => status == 500));
    }

    [Theory]
    [InlineData("""{"kind":"status","status":500,"count":9}""", 400)]
    [InlineData("""{"kind":"status","status":500,"count":9,"method":"POST"}""", 400)]
    [InlineData("""{"kind":"status","status":500,"count":9,"service":"gcore"}""", 500)]
    [InlineData("""{"kind":"status","status":500,"count":9,"path":"*/login"}""", 500)]
    public async Task Fault_LogIn_RequiresServiceOrPath(string fault, int status)
    {
        await AddAsync(fault);

        (await Administrator("gcore", "APIKey").PostAsync("/iam/auth/jwt/login", """{"username":"a","password":"b"}"""))
            .Expect((HttpStatusCode)status);
    }

    [Fact]
    public async Task Fault_SandboxEndpoints_NeverFail()
    {
        await AddAsync("""{"kind":"status","status":500,"path":"*","when":"after"}""");

        (await Control.GetAsync("/requests")).Expect(HttpStatusCode.OK);
        await Wegnology.DeleteAsync(Build);

        Assert.Equal(500, (await Control.GetAsync("/requests/log")).Items[0]!["status"]!.GetValue<int>());
    }

    [Fact]
    public async Task Faults_InProcess_CanBePlanned()
    {
        PlannedFault planned = Server.Faults.Add(new Fault { Kind = FaultKind.Status, Status = 500, Count = 2 });

        (await Wegnology.GetAsync("/me")).Expect(HttpStatusCode.InternalServerError);

        Assert.Equal(1, planned.Fired);
        Server.Faults.Clear();
        (await Wegnology.GetAsync("/me")).Expect(HttpStatusCode.OK);
        Assert.Throws<ArgumentException>(() => Server.Faults.Add(new Fault { Kind = FaultKind.Status }));
        Assert.Empty(Server.Faults.All);
    }

    [Theory]
    [InlineData("", "The body is missing.")]
    [InlineData("[]", "The body must be an object.")]
    [InlineData("{", "The body is not JSON: line 1 column 2.")]
    [InlineData("{}", "kind is required: status, delay, reset, truncate, notJson.")]
    [InlineData("""{"kind":"Status","status":500}""", "kind must be one of status, delay, reset, truncate, notJson.")]
    [InlineData("""{"kind":"reset","often":1}""", "often is not allowed.")]
    [InlineData("""{"kind":"reset","count":"1"}""", "count must be an integer.")]
    [InlineData("""{"kind":"reset","count":0}""", "count must be at least 1.")]
    [InlineData("""{"kind":"reset","service":"Devo"}""", "service must be one of {services}.")]
    [InlineData("""{"kind":"reset","method":"GET /"}""", "method must be an HTTP method.")]
    [InlineData("""{"kind":"reset","path":"me/tokens"}""", "path must start with / or *.")]
    [InlineData("""{"kind":"reset","path":"/sandbox/requests"}""", "The sandbox's own paths have no faults.")]
    [InlineData("""{"kind":"reset","when":"during"}""", "when must be one of before, after.")]
    [InlineData("""{"kind":"reset","probability":"often"}""", "probability must be a number.")]
    [InlineData("""{"kind":"reset","probability":0}""", "probability must be greater than 0 and at most 1.")]
    [InlineData("""{"kind":"reset","probability":1.1}""", "probability must be greater than 0 and at most 1.")]
    [InlineData("""{"kind":"reset","seed":1}""", "seed requires a probability.")]
    [InlineData("""{"kind":"status"}""", "status is required for the kind 'status' and not allowed for other kinds.")]
    [InlineData("""{"kind":"reset","status":500}""", "status is required for the kind 'status' and not allowed for other kinds.")]
    [InlineData("""{"kind":"status","status":200}""", "status must be from 400 to 599.")]
    [InlineData("""{"kind":"status","status":503,"retryAfter":"soon"}""", "retryAfter must be seconds or an HTTP date.")]
    [InlineData("""{"kind":"reset","retryAfter":"1"}""", "retryAfter is only allowed for the kind 'status'.")]
    [InlineData("""{"kind":"delay"}""", "delayMs is required for the kind 'delay' and not allowed for other kinds.")]
    [InlineData("""{"kind":"delay","delayMs":0}""", "delayMs must be from 1 to 600000.")]
    [InlineData(
        """{"kind":"status","status":500,"delayMs":5}""", "delayMs is required for the kind 'delay' and not allowed for other kinds.")]
    [InlineData(
        """{"kind":"truncate","when":"before"}""", "The kinds 'truncate' and 'notJson' modify the response and cannot occur before it.")]
    [InlineData(
        """{"kind":"notJson","when":"before"}""", "The kinds 'truncate' and 'notJson' modify the response and cannot occur before it.")]
    public async Task Fault_Invalid_ReturnsBadRequest(string fault, string message)
    {
        Response response = await Control.PostAsync("/faults", fault);

        string expected = message.Replace("{services}", string.Join(", ", Server.Description.Services.Keys), StringComparison.Ordinal);
        Assert.Equal(expected, response.Expect(HttpStatusCode.BadRequest).Text("message"));
        Assert.Empty(Server.Faults.All);
    }

    private async Task AddAsync(string fault)
    {
        JsonNode expected = JsonNode.Parse(fault)!;
        expected["fired"] = 0;
        Response added = (await Control.PostAsync("/faults", fault)).Expect(HttpStatusCode.Created);
        Assert.True(JsonNode.DeepEquals(expected, added.Body), added.Body!.ToJsonString());
    }

    private async Task FiredAsync(int times)
    {
        while (Server.Faults.All.Sum(planned => planned.Fired) < times)
        {
            await Task.Delay(10);
        }
    }

    private async Task<List<int>> StatusesAsync(string fault)
    {
        Server.Faults.Clear();
        await AddAsync(fault);
        var statuses = new List<int>();
        for (int i = 0; i < 200; i++)
        {
            statuses.Add((int)(await Wegnology.GetAsync("/me")).Status);
        }

        return statuses;
    }
}
