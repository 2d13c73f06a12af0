using System.Net;

namespace ApiTokens.Sandbox.Tests;

public sealed class ApplicationUsersTests : ApplicationUsersTest
{
    [Fact]
    public async Task Create_ReturnsCompleteTokenWithSecret()
    {
        Response token = (await CreateAsync("jdoe", """
            {"name":"orders","expirationMonths":12,"applyToAll":"read","access":{"purchase-order":"full","vendor":"none"}}
            """)).Expect(HttpStatusCode.Created);

        Assert.Matches("^[a-z0-9]{40}$", token.Text("secret"));
        Assert.Equal("orders", token.Text("name"));
        Assert.Equal("jdoe", token.Text("userId"));
        Assert.Equal("admin", token.Text("createdBy"));
        Assert.Equal("2030-01-31T12:00:00.000Z", token.Text("createdAt"));
        Assert.Equal("2031-01-31T12:00:00.000Z", token.Text("expiresAt"));
        Assert.Equal(40, token["access"]!.AsObject().Count);
        Assert.Equal("full", token["access"]!["purchase-order"]!.GetValue<string>());
        Assert.Equal("none", token["access"]!["vendor"]!.GetValue<string>());
        Assert.Equal("read", token["access"]!["location"]!.GetValue<string>());
    }

    [Fact]
    public async Task Create_EmptyBody_UsesDefaults()
    {
        Response token = await CreateAsync("jdoe");

        Assert.Equal(6, token["expirationMonths"]!.GetValue<int>());
        Assert.Null(token["name"]);
        Assert.All(token["access"]!.AsObject(), api => Assert.Equal("none", api.Value!.GetValue<string>()));
    }

    [Theory]
    [InlineData(3, "2030-04-30T12:00:00.000Z")]
    [InlineData(6, "2030-07-31T12:00:00.000Z")]
    [InlineData(12, "2031-01-31T12:00:00.000Z")]
    public async Task Create_ExpirationMonths_AreCalendarMonthsClampedToMonthEnd(int months, string expiresAt) =>
        Assert.Equal(expiresAt, (await CreateAsync("jdoe", $$"""{"expirationMonths":{{months}}}""")).Text("expiresAt"));

    [Theory]
    [InlineData("""{"expirationMonths":4}""", "expirationMonths")]
    [InlineData("""{"expirationMonths":"6"}""", "expirationMonths")]
    [InlineData("""{"expiresAt":"2031-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"access":{"weather":"read"}}""", "access")]
    [InlineData("""{"access":{"location":"write"}}""", "access")]
    [InlineData("""{"access":{"location":null}}""", "location")]
    [InlineData("""{"access":["location"]}""", "access")]
    [InlineData("""{"applyToAll":"all"}""", "applyToAll")]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    [InlineData("", null)]
    public async Task Create_InvalidBody_ReturnsBadRequestWithParameter(string body, string? parameter) =>
        Assert.Equal(parameter, (await CreateAsync("jdoe", body)).Expect(HttpStatusCode.BadRequest)["parameter"]?.GetValue<string>());

    [Fact]
    public async Task Create_NameLongerThan255Characters_ReturnsBadRequest()
    {
        (await CreateAsync("jdoe", $$"""{"name":"{{new string('n', 255)}}"}""")).Expect(HttpStatusCode.Created);
        (await CreateAsync("jdoe", $$"""{"name":"{{new string('n', 256)}}"}""")).Expect(HttpStatusCode.BadRequest);
        (await CreateAsync("jdoe", """{"name":null}""")).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Secret_IsReturnedOnlyByCreateAndRegenerate()
    {
        Response token = await CreateAsync("jdoe");

        Assert.Null((await Admin.GetAsync($"{Tokens}/{token.Id}"))["secret"]);
        Assert.Null((await Admin.PatchAsync($"{Tokens}/{token.Id}", "{}"))["secret"]);
        Assert.NotNull((await Admin.PostAsync($"{Tokens}/{token.Id}/regenerate"))["secret"]);
        Assert.Null((await Admin.PostAsync($"{Tokens}/{token.Id}/revoke"))["secret"]);
    }

    [Fact]
    public async Task List_Pages_StartAtOneInOrderOfCreation()
    {
        Response created = await CreateAsync("jdoe");

        Response first = await Admin.GetAsync($"{Tokens}?pageSize=5");
        Response second = await Admin.GetAsync($"{Tokens}?pageSize=5&pageNumber=2");
        Response third = await Admin.GetAsync($"{Tokens}?pageSize=5&pageNumber=3");

        Assert.Equal(5, first.Items.Count);
        Assert.Equal("administrator", first.Items[0]!["name"]!.GetValue<string>());
        Assert.True(first["hasNext"]!.GetValue<bool>());
        Assert.Equal(created.Id, second.Items[^1]!["id"]!.GetValue<string>());
        Assert.False(second["hasNext"]!.GetValue<bool>());
        Assert.Equal(8, second["totalCount"]!.GetValue<int>());
        Assert.Equal(2, second["totalPages"]!.GetValue<int>());
        Assert.Empty(third.Items);
    }

    [Theory]
    [InlineData("userId=leaver", "reports,")]
    [InlineData("userId=LEAVER", "reports,")]
    [InlineData("userId=leaver&status=active", "reports")]
    [InlineData("userId=Leaver&status=active", "reports")]
    [InlineData("userId=nobody", null)]
    [InlineData("status=revoked", "")]
    [InlineData("status=expired", "old integration")]
    [InlineData("status=active", "administrator,payroll export,nightly orders,reports,screen")]
    public async Task List_UserAndStatus_ReturnsMatchingTokens(string query, string? names)
    {
        Response list = await Admin.GetAsync($"{Tokens}?{query}");

        Assert.Equal(names?.Split(',') ?? [], list.Items.Select(item => item!["name"]?.GetValue<string>() ?? ""));
        Assert.Equal(list.Items.Count, list["totalCount"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("pageNumber=0", "pageNumber")]
    [InlineData("pageSize=1001", "pageSize")]
    [InlineData("pageSize=x", "pageSize")]
    [InlineData("status=inactive", "status")]
    public async Task List_InvalidQuery_ReturnsBadRequestWithParameter(string query, string parameter) =>
        Assert.Equal(parameter, (await Admin.GetAsync($"{Tokens}?{query}")).Expect(HttpStatusCode.BadRequest).Text("parameter"));

    [Fact]
    public async Task Edit_Access_IsMergedAndSecretAndExpiryAreKept()
    {
        Response token = await CreateAsync("jdoe", """{"name":"n","access":{"location":"read","vendor":"full"}}""");
        Clock.Advance(TimeSpan.FromDays(1));

        Response edited = await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"access":{"vendor":"none","budget":"read"}}""");

        Assert.Equal("n", edited.Expect(HttpStatusCode.OK).Text("name"));
        Assert.Equal(token.Text("expiresAt"), edited.Text("expiresAt"));
        Assert.Equal("read", edited["access"]!["location"]!.GetValue<string>());
        Assert.Equal("none", edited["access"]!["vendor"]!.GetValue<string>());
        Assert.Equal("read", edited["access"]!["budget"]!.GetValue<string>());
        (await DataAsync(HttpMethod.Get, "budget", token.Text("secret"), "jdoe")).Expect(HttpStatusCode.OK);
        Response all = await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"name":null,"applyToAll":"full","access":{"budget":"none"}}""");
        Assert.Null(all["name"]);
        Assert.Equal("full", all["access"]!["location"]!.GetValue<string>());
        Assert.Equal("none", all["access"]!["budget"]!.GetValue<string>());
    }

    [Fact]
    public async Task Edit_ExpirationMonths_CountFromNowAndKeepSecret()
    {
        Response token = await CreateAsync("jdoe", """{"name":"n","applyToAll":"read"}""");
        Clock.Advance(TimeSpan.FromDays(1));

        Response edited = await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"expirationMonths":3}""");

        Assert.Equal("2030-05-01T12:00:00.000Z", edited.Expect(HttpStatusCode.OK).Text("expiresAt"));
        Assert.Equal(3, edited["expirationMonths"]!.GetValue<int>());
        (await DataAsync(HttpMethod.Get, "location", token.Text("secret"), "jdoe")).Expect(HttpStatusCode.OK);
        (await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"expirationMonths":5}""")).Expect(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Regenerate_Token_KeepsIdAndInvalidatesOldSecret()
    {
        Response token = await CreateAsync("jdoe", """{"name":"n","expirationMonths":3,"applyToAll":"read"}""");
        Clock.Advance(TimeSpan.FromDays(100));
        (await DataAsync(HttpMethod.Get, "location", token.Text("secret"), "jdoe")).Expect(HttpStatusCode.Unauthorized);

        Response regenerated = await Admin.PostAsync($"{Tokens}/{token.Id}/regenerate", """{"expirationMonths":12}""");

        Assert.Equal(token.Id, regenerated.Expect(HttpStatusCode.OK).Id);
        Assert.Equal("active", regenerated.Text("status"));
        Assert.Equal("n", regenerated.Text("name"));
        Assert.Equal("2030-05-11T12:00:00.000Z", regenerated.Text("regeneratedAt"));
        Assert.Equal("2031-05-11T12:00:00.000Z", regenerated.Text("expiresAt"));
        (await DataAsync(HttpMethod.Get, "location", regenerated.Text("secret"), "jdoe")).Expect(HttpStatusCode.OK);
        (await DataAsync(HttpMethod.Get, "location", token.Text("secret"), "jdoe")).Expect(HttpStatusCode.Unauthorized);
        Assert.Equal(6, (await Admin.PostAsync($"{Tokens}/{token.Id}/regenerate"))["expirationMonths"]!.GetValue<int>());
    }

    [Fact]
    public async Task Revoke_IsPermanentAndIdempotent()
    {
        Response token = await CreateAsync("jdoe", """{"applyToAll":"read"}""");
        (await DataAsync(HttpMethod.Get, "location", token.Text("secret"), "jdoe")).Expect(HttpStatusCode.OK);

        Response revoked = await Admin.PostAsync($"{Tokens}/{token.Id}/revoke");
        Clock.Advance(TimeSpan.FromDays(1));
        Response again = await Admin.PostAsync($"{Tokens}/{token.Id}/revoke");

        Assert.Equal("revoked", revoked.Expect(HttpStatusCode.OK).Text("status"));
        Assert.Equal(revoked.Text("revokedAt"), again.Expect(HttpStatusCode.OK).Text("revokedAt"));
        (await DataAsync(HttpMethod.Get, "location", token.Text("secret"), "jdoe")).Expect(HttpStatusCode.Unauthorized);
        (await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"name":"x"}""")).Expect(HttpStatusCode.Conflict);
        (await Admin.PostAsync($"{Tokens}/{token.Id}/regenerate")).Expect(HttpStatusCode.Conflict);
        Assert.Equal("revoked", (await Admin.GetAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.OK).Text("status"));
    }

    [Fact]
    public async Task RevokeAll_User_ReturnsOnlyNewlyRevokedTokens()
    {
        Response one = await CreateAsync("leaver");

        Response revoked = await Admin.PostAsync($"{Site}/users/leaver/tokens/revoke");
        Response again = await Admin.PostAsync($"{Site}/users/leaver/tokens/revoke");

        Assert.Equal(["at_leaverreports0000004", one.Id], revoked["revoked"]!.AsArray().Select(id => id!.GetValue<string>()));
        Assert.Empty(again["revoked"]!.AsArray());
        Assert.Empty((await Admin.GetAsync($"{Tokens}?userId=leaver&status=active")).Items);
    }

    [Fact]
    public async Task RevokeAll_OwnUser_KeepsCallingTokenUnlessIncluded()
    {
        Response second = await CreateAsync("admin");

        Response others = await Admin.PostAsync($"{Site}/users/admin/tokens/revoke");
        Assert.Equal([second.Id], others["revoked"]!.AsArray().Select(id => id!.GetValue<string>()));
        (await Admin.GetAsync($"{Site}/me")).Expect(HttpStatusCode.OK);

        Response own = await Admin.PostAsync($"{Site}/users/admin/tokens/revoke?includeCaller=true");
        Assert.Single(own["revoked"]!.AsArray());
        (await Admin.GetAsync($"{Site}/me")).Expect(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Caller_WithoutControl_MayOnlyReadMe()
    {
        Response token = await CreateAsync("clerk", """{"applyToAll":"full"}""");
        Client clerk = Admin.With($"Bearer {token.Text("secret")}");

        (await clerk.GetAsync($"{Site}/me")).Expect(
            HttpStatusCode.OK, $$"""{"userId":"clerk","site":"example-site","canManageApiTokens":false,"tokenId":"{{token.Id}}"}""");
        foreach (string path in new[] { $"{Site}/apis", $"{Site}/users", Tokens, $"{Tokens}/{token.Id}" })
        {
            (await clerk.GetAsync(path)).Expect(HttpStatusCode.Forbidden);
        }

        (await clerk.PostAsync($"{Tokens}/{token.Id}/revoke")).Expect(HttpStatusCode.Forbidden);
        (await clerk.PostAsync($"{Site}/users/clerk/tokens", "{}")).Expect(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("none", 403, 403)]
    [InlineData("read", 200, 403)]
    [InlineData("full", 200, 200)]
    public async Task Data_AccessLevel_AllowsMethod(string level, int get, int post)
    {
        Response token = await CreateAsync("jdoe", $$"""{"access":{"location":"{{level}}"} }""");

        (await DataAsync(HttpMethod.Get, "location", token.Text("secret"), "jdoe")).Expect((HttpStatusCode)get);
        (await DataAsync(HttpMethod.Post, "location", token.Text("secret"), "jdoe")).Expect((HttpStatusCode)post);
        (await DataAsync(HttpMethod.Get, "vendor", token.Text("secret"), "jdoe")).Expect(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Data_WrongHeader_ReturnsUnauthorized()
    {
        string secret = (await CreateAsync("jdoe", """{"applyToAll":"read"}""")).Text("secret");

        (await DataAsync(HttpMethod.Get, "location", secret, "jdoe")).Expect(
            HttpStatusCode.OK, """{"api":"location","method":"GET","userId":"jdoe"}""");
        (await DataAsync(HttpMethod.Get, "location", secret, "asmith")).Expect(HttpStatusCode.Unauthorized);
        (await DataAsync(HttpMethod.Get, "location", secret, "jdoe", "example-site-test")).Expect(HttpStatusCode.Unauthorized);
        (await DataAsync(HttpMethod.Get, "location", "unknown", "jdoe")).Expect(HttpStatusCode.Unauthorized);
        (await Anonymous.GetAsync("/data/location")).Expect(HttpStatusCode.Unauthorized);
        (await DataAsync(HttpMethod.Get, "weather", secret, "jdoe")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task LastUsed_IsRecordedToTheMinute()
    {
        Response token = await CreateAsync("jdoe", """{"applyToAll":"read"}""");
        Assert.Null((await Admin.GetAsync($"{Tokens}/{token.Id}"))["lastUsedAt"]);

        await DataAsync(HttpMethod.Get, "location", token.Text("secret"), "jdoe");
        Clock.Advance(TimeSpan.FromSeconds(30));
        await DataAsync(HttpMethod.Get, "location", token.Text("secret"), "jdoe");

        Assert.Equal("2030-01-31T12:00:00.000Z", (await Admin.GetAsync($"{Tokens}/{token.Id}")).Text("lastUsedAt"));
    }

    [Fact]
    public async Task UsersAndApis_CanBeListed()
    {
        Response users = await Admin.GetAsync($"{Site}/users?pageNumber=2&pageSize=3");
        Response apis = await Admin.GetAsync($"{Site}/apis");

        Assert.Equal(["asmith", "leaver"], users.Items.Select(user => user!["userId"]!.GetValue<string>()));
        Assert.Equal(5, users["totalCount"]!.GetValue<int>());
        Assert.Contains(
            apis.Items,
            api => api!["code"]!.GetValue<string>() == "time-clock-enhanced" && api["name"]!.GetValue<string>() == "Time Clock Enhanced");
    }
}
