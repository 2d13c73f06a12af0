using System.Net;
using System.Text.Json.Nodes;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Who may see and do what: the people of each service, and tokens with fewer rights.</summary>
public sealed class PeopleTests : SandboxTest
{
    private const string DevoTokens = "/ws/accounts/example-domain/credentials/tokens";
    private const string GcoreTokens = "/iam/v2/clients/1001/tokens";
    private const string PlantMonitor = "/applications/575ec8687ae143cd83dc4a97/tokens";
    private const string ColdChain = "/applications/575ec8687ae143cd83dc4a98/tokens";

    [Theory]
    [InlineData("devo", "administrator engineer user")]
    [InlineData("wegnology", "administrator engineer user")]
    [InlineData("gcore", "administrator engineer user")]
    [InlineData("application-users", "administrator clerk")]
    public void Description_EachService_ListsItsPeople(string service, string names)
    {
        Assert.Equal(names.Split(' '), Service(service).People.Select(person => person.Name));
        Assert.Equal(Service(service).Secret, Service(service).People[0].Secret);
        Assert.All(Service(service).People, person => Assert.True(person.Secret is not null || person.Password is not null));
    }

    [Fact]
    public async Task Gcore_Engineer_SeesAndDeletesOnlyOwnTokens()
    {
        Client engineer = await GcoreAsync("engineer");
        Assert.Equal(
            ["jdoe@example.com"],
            (await engineer.GetAsync(GcoreTokens)).Items
                .Select(item => item!["client_user"]!["user_email"]!.GetValue<string>()).Distinct());
        (await engineer.GetAsync($"{GcoreTokens}/7001")).Expect(HttpStatusCode.Forbidden);
        (await engineer.DeleteAsync($"{GcoreTokens}/7001")).Expect(HttpStatusCode.Forbidden);
        (await CreateAsync(engineer, "Administrators")).Expect(HttpStatusCode.BadRequest);
        string own = (await CreateAsync(engineer, "Engineers")).Expect(HttpStatusCode.OK).Id;
        (await engineer.DeleteAsync($"{GcoreTokens}/{own}")).Expect(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Gcore_User_IssuesOnlyTokensOfUsers()
    {
        Client user = await GcoreAsync("user");
        Assert.Empty((await user.GetAsync(GcoreTokens)).Items);
        (await CreateAsync(user, "Engineers")).Expect(HttpStatusCode.BadRequest);
        (await CreateAsync(user, "Users")).Expect(HttpStatusCode.OK);
        Assert.Single((await user.GetAsync(GcoreTokens)).Items);
    }

    [Fact]
    public async Task Gcore_TokenWithRoleUsersOfAnAdministrator_CannotDeleteTheirHigherTokens()
    {
        Client admin = Administrator("gcore", "APIKey");
        Client users = admin.With($"APIKey {(await CreateAsync(admin, "Users")).Text("token")}");
        string other = (await CreateAsync(admin, "Users")).Id;

        (await users.GetAsync($"{GcoreTokens}/7001")).Expect(HttpStatusCode.OK);
        (await users.DeleteAsync($"{GcoreTokens}/7001")).Expect(
            HttpStatusCode.Forbidden, """{"message":"You do not have permission to perform this action."}""");
        (await admin.GetAsync(GcoreTokens)).Expect(HttpStatusCode.OK);
        (await users.DeleteAsync($"{GcoreTokens}/{other}")).Expect(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Gcore_WrongPasswordOrPasswordOfAnotherPerson_IsRejected()
    {
        PersonDescription engineer = Person("gcore", "engineer");
        Client client = new(Http, Service("gcore").BaseUri, null);
        foreach ((string user, string password) in new[]
            { (engineer.User, Person("gcore", "user").Password!), (engineer.User, ""), ("nobody@example.com", engineer.Password!) })
        {
            var body = new JsonObject { ["username"] = user, ["password"] = password };
            (await client.PostAsync("/iam/auth/jwt/login", body.ToJsonString())).Expect(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task Devo_Engineer_ManagesTheDomainButSeesOnlyOwnValues()
    {
        Client engineer = Devo("engineer");
        Assert.Equal(
            (await Administrator("devo", "Bearer").GetAsync(DevoTokens)).Items.Count, (await engineer.GetAsync(DevoTokens)).Items.Count);
        Assert.StartsWith("tk.", (await engineer.GetAsync($"{DevoTokens}/2")).Text("token"), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", (await engineer.GetAsync($"{DevoTokens}/4")).Text("token"));
        (await engineer.PutAsync($"{DevoTokens}/2/disable")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Devo_UserWithLevelView_SeesOwnTokensAndChangesNothing()
    {
        Client user = Devo("user");
        Assert.Equal(["dashboard"], (await user.GetAsync(DevoTokens)).Items.Select(item => item!["name"]!.GetValue<string>()));
        Assert.Matches("^[0-9a-f]{32}$", (await user.GetAsync($"{DevoTokens}/2")).Text("token"));
        (await user.GetAsync($"{DevoTokens}/3")).Expect(HttpStatusCode.Forbidden);
        (await user.PutAsync($"{DevoTokens}/2/disable")).Expect(HttpStatusCode.Forbidden);
        (await user.PutAsync($"{DevoTokens}/2/rename", """{"name":"n"}""")).Expect(HttpStatusCode.Forbidden);
        (await user.DeleteAsync($"{DevoTokens}/2")).Expect(HttpStatusCode.Forbidden);
        (await user.PostAsync(DevoTokens, """{"name":"n","user":"user@example.com","audience":"http"}""")).Expect(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Devo_CredentialsAudienceForUserWithoutPermission_IsRejected()
    {
        Client admin = Administrator("devo", "Bearer");
        (await admin.PostAsync(DevoTokens, """{"name":"n","user":"leaver@example.com","audience":"http credentials"}""")).Expect(
            HttpStatusCode.BadRequest, """{"error":{"code":400,"message":"Request has invalid audiences required"}}""");
        (await admin.PostAsync(DevoTokens, """{"name":"n","user":"leaver@example.com","audience":"http"}"""))
            .Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Wegnology_People_HaveAccountsOfTheirOwn()
    {
        Client engineer = await WegnologyAsync("engineer");
        Assert.Equal("jdoe@example.com", (await engineer.GetAsync("/me")).Text("email"));
        Assert.Empty((await engineer.GetAsync("/me/tokens")).Items);
        Response own = (await engineer.PostAsync("/me/tokens", """{"name":"own"}""")).Expect(HttpStatusCode.Created);
        Assert.Equal("jdoe@example.com", own.Text("creatorName"));
        Assert.Single((await engineer.GetAsync("/me/tokens")).Items);

        Client admin = Administrator("wegnology", "Bearer");
        (await admin.GetAsync($"/me/tokens/{own.Id}")).Expect(HttpStatusCode.NotFound);
        Client token = admin.With($"Bearer {own.Text("token")}");
        Assert.Equal("jdoe@example.com", (await token.GetAsync("/me")).Text("email"));
        Assert.Equal([own.Id], (await token.GetAsync("/me/tokens")).Items.Select(item => item!["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Wegnology_Applications_AreOfThoseWhoCanAccessThem()
    {
        Client engineer = await WegnologyAsync("engineer");
        Client user = await WegnologyAsync("user");
        (await engineer.GetAsync(PlantMonitor)).Expect(HttpStatusCode.OK);
        (await engineer.GetAsync(ColdChain)).Expect(HttpStatusCode.Forbidden);
        (await user.GetAsync(PlantMonitor)).Expect(HttpStatusCode.Forbidden);
        (await Administrator("wegnology", "Bearer").GetAsync(ColdChain)).Expect(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("userApiTokens.post", "all.User", false)]
    [InlineData("userApiTokens.post", null, false)]
    [InlineData("userApiTokens.post", "userApiTokens.post", true)]
    [InlineData("userApiTokens.post", "userApiTokens.*", false)]
    [InlineData("userApiTokens.post", "userApiToken.delete", false)]
    [InlineData("userApiTokens.*", "userApiTokens.get", true)]
    [InlineData("userApiTokens.* all.User.read", "all.User.read", true)]
    [InlineData("userApiTokens.* all.User.read", "all.Application.read", true)]
    [InlineData("userApiTokens.* all.User.read", "devices.get", true)]
    [InlineData("userApiTokens.* all.User.read", "devices.post", false)]
    [InlineData("userApiTokens.* all.Application", "device.debug", true)]
    [InlineData("userApiTokens.* devices.get", "device.debug", false)]
    [InlineData("all.User", "device.debug", true)]
    public async Task Wegnology_TokenWithScope_CannotIssueAWiderScope(string scopes, string? requested, bool allowed)
    {
        Client admin = Administrator("wegnology", "Bearer");
        var body = new JsonObject
        {
            ["name"] = "issuer",
            ["scope"] = new JsonArray([.. scopes.Split(' ').Select(scope => (JsonNode)scope)]),
        };
        Client issuer = admin.With($"Bearer {(await admin.PostAsync("/me/tokens", body.ToJsonString())).Text("token")}");

        Response response = await issuer.PostAsync(
            "/me/tokens", requested is null ? """{"name":"n"}""" : $$"""{"name":"n","scope":["{{requested}}"]}""");

        response.Expect(allowed ? HttpStatusCode.Created : HttpStatusCode.Forbidden);
        if (!allowed)
        {
            Assert.Equal($"The scope of the token does not include {requested ?? "all.User"}", response.Text("message"));
        }
    }

    [Fact]
    public async Task ApplicationUsers_Clerk_SeesOnlyWhoTheyAre()
    {
        Client clerk = new(Http, Service("application-users").BaseUri, $"Bearer {Person("application-users", "clerk").Secret}");
        Response me = (await clerk.GetAsync("/sites/example-site/me")).Expect(HttpStatusCode.OK);
        Assert.Equal("clerk", me.Text("userId"));
        foreach (string path in new[] { "tokens", "users", "apis", "tokens/at_clerkscreen000000006" })
        {
            (await clerk.GetAsync($"/sites/example-site/{path}")).Expect(HttpStatusCode.Forbidden);
        }

        (await clerk.PostAsync("/sites/example-site/users/clerk/tokens", "{}")).Expect(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task ApplicationUsers_ClerkWhoseTokenWasRevoked_CanSignInAfterRestart()
    {
        string folder = Directory.CreateTempSubdirectory("sandbox").FullName;
        try
        {
            SandboxOptions options = Options with { DatabasePath = Path.Combine(folder, "sandbox.db") };
            await using (SandboxServer first = await SandboxServer.StartAsync(options))
            {
                ServiceDescription service = first.Description.Services["application-users"];
                var admin = new Client(Http, service.BaseUri, $"Bearer {service.Secret}");
                await admin.PostAsync("/sites/example-site/tokens/at_clerkscreen000000006/revoke");
                (await admin.With($"Bearer {service.People[1].Secret}").GetAsync("/sites/example-site/me"))
                    .Expect(HttpStatusCode.Unauthorized);
            }

            await using SandboxServer second = await SandboxServer.StartAsync(options);
            ServiceDescription again = second.Description.Services["application-users"];
            (await new Client(Http, again.BaseUri, $"Bearer {again.People[1].Secret}").GetAsync("/sites/example-site/me"))
                .Expect(HttpStatusCode.OK);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<Response> CreateAsync(Client client, string role) => client.PostAsync(
        GcoreTokens, $$$$"""{"name":"n","exp_date":null,"client_user":{"role":{"name":"{{{{role}}}}"}}}""");

    private PersonDescription Person(string service, string name) => Service(service).People.Single(person => person.Name == name);

    private Client Devo(string name) => new(Http, Service("devo").BaseUri, $"Bearer {Person("devo", name).Secret}");

    private async Task<Client> GcoreAsync(string name)
    {
        Client client = new(Http, Service("gcore").BaseUri, null);
        var body = new JsonObject { ["username"] = Person("gcore", name).User, ["password"] = Person("gcore", name).Password };
        Response session = (await client.PostAsync("/iam/auth/jwt/login", body.ToJsonString())).Expect(HttpStatusCode.OK);
        return client.With($"Bearer {session.Text("access")}");
    }

    private async Task<Client> WegnologyAsync(string name)
    {
        Client client = new(Http, Service("wegnology").BaseUri, null);
        var body = new JsonObject { ["email"] = Person("wegnology", name).User, ["password"] = Person("wegnology", name).Password };
        Response session = (await client.PostAsync("/auth/user", body.ToJsonString())).Expect(HttpStatusCode.OK);
        return client.With($"Bearer {session.Text("token")}");
    }
}
