using System.Collections;
using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Listing;

/// <summary>
/// Get-ApiToken: a filter returns the same tokens as its condition on the complete list. Some filters are applied by the service.
/// </summary>
public sealed class ListingTests(ListingFixture fixture) : IClassFixture<ListingFixture>
{
    private static readonly string[] EachStatus = ["Active", "Inactive", "Expired", "Revoked"];

    public static TheoryData<string> WithTokensThatNeverExpire => ServiceCase.Where(service => service.Expiry == "AnyOrNever");

    public static TheoryData<string> WithoutTokensThatNeverExpire => ServiceCase.Where(service => service.Expiry != "AnyOrNever");

    public static TheoryData<string> WithLastUse => ServiceCase.Where(service => service.LastUsed);

    public static TheoryData<string> WithOwners => ServiceCase.Where(service => service.Connection != "wegnology");

    public static TheoryData<string, string> StatusesOfServices
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (ServiceCase service in ServiceCase.All)
            {
                foreach (string status in service.SetEnabled ? ["Active", "Inactive", "Expired"] : new[] { "Active", "Expired", "Revoked" })
                {
                    data.Add(service.Connection, status);
                }
            }

            return data;
        }
    }

    public static TheoryData<string, string> PatternsOfServices
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (ServiceCase service in ServiceCase.All)
            {
                foreach (string pattern in new[] { "token-000012*", "TOKEN-00?0010", "token-000000[1-3]", "*strator" })
                {
                    data.Add(service.Connection, pattern);
                }
            }

            return data;
        }
    }

    private ModuleSession Session => fixture.Session;

    private Sandbox Sandbox => fixture.Sandbox;

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_AllPages_WritesEachTokenOnce(string connection)
    {
        PSObject[] generated = [.. fixture.Whole[connection].Where(token => Like(token.Text("Name"), "token-*"))];
        Assert.Equal(2500, generated.Length);
        Assert.Equal(2500, generated.Texts("Id").Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(2500, generated.Texts("Name").Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_NoStatus_OmitsRevokedTokens(string connection)
    {
        string[] statuses = [.. Get(connection).Texts("Status").Distinct()];
        Assert.Contains("Active", statuses);
        Assert.DoesNotContain("Revoked", statuses);
    }

    [Theory]
    [MemberData(nameof(StatusesOfServices))]
    public void Get_Status_FindsItsTokens(string connection, string status) =>
        AssertFinds(connection, new() { ["Status"] = status }, token => token.Text("Status") == status, includeHidden: true);

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_SeveralStatuses_FindsTheTokensOfEach(string connection) =>
        AssertFinds(
            connection,
            new() { ["Status"] = new[] { "Expired", "Active" } },
            token => token.Text("Status") is "Expired" or "Active",
            includeHidden: true);

    [Theory]
    [MemberData(nameof(PatternsOfServices))]
    public void Get_NamePattern_FindsMatchingTokens(string connection, string pattern) =>
        AssertFinds(
            connection, new() { ["Name"] = pattern }, token => Like(token.Text("Name"), pattern) && token.Text("Status") != "Revoked");

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_SeveralNames_IgnoresCase(string connection) =>
        AssertFinds(
            connection,
            new() { ["Name"] = new[] { "Token-0000018", "ADMINISTRATOR", "token-000200?" } },
            token => Like(token.Text("Name"), "token-0000018")
                || Like(token.Text("Name"), "administrator")
                || Like(token.Text("Name"), "token-000200?"));

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_ExpiringWithin_TakesTextAndTimeSpan(string connection)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        bool Expires(PSObject token) => token.Time("ExpiresAt") > now && token.Time("ExpiresAt") < now.AddDays(7);
        AssertFinds(connection, new() { ["ExpiringWithin"] = "7d" }, Expires);
        AssertFinds(connection, new() { ["ExpiringWithin"] = TimeSpan.FromDays(7) }, Expires);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_ExpiresBefore_FindsWhatExpiresOrDidBefore(string connection)
    {
        // Between two of the generated expiries, which are whole days after the start of the sandbox.
        DateTimeOffset moment = DateTimeOffset.UtcNow.AddDays(-5).AddHours(12);
        AssertFinds(
            connection,
            new() { ["ExpiresBefore"] = moment, ["Status"] = EachStatus },
            token => token.Time("ExpiresAt") < moment,
            includeHidden: true);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_CreatedBefore_FindsWhatWasIssuedBefore(string connection)
    {
        DateTimeOffset moment = DateTimeOffset.UtcNow.AddDays(-45).AddHours(12);
        AssertFinds(
            connection, new() { ["CreatedBefore"] = moment }, token => token.Time("CreatedAt") is not { } created || created < moment);
    }

    [Theory]
    [MemberData(nameof(WithTokensThatNeverExpire))]
    public void Get_NeverExpires_FindsTokensWithoutExpiry(string connection) =>
        AssertFinds(connection, new() { ["NeverExpires"] = true }, token => token.Time("ExpiresAt") is null);

    [Theory]
    [MemberData(nameof(WithoutTokensThatNeverExpire))]
    public void Get_NeverExpiresWhereEachTokenExpires_FindsNone(string connection) =>
        Assert.Empty(Get(connection, new() { ["NeverExpires"] = true }));

    [Theory]
    [MemberData(nameof(WithLastUse))]
    public void Get_UnusedFor_CountsFromTheLastUseOrTheCreation(string connection)
    {
        DateTimeOffset since = DateTimeOffset.UtcNow.AddDays(-40).AddHours(12);
        AssertFinds(
            connection,
            new() { ["UnusedFor"] = DateTimeOffset.UtcNow - since },
            token => (token.Time("LastUsedAt") ?? token.Time("CreatedAt")) is not { } used || used < since);
    }

    [Theory]
    [MemberData(nameof(WithOwners))]
    public void Get_User_FindsTheTokensOfTheUser(string connection)
    {
        string user = ServiceCase.Of(connection).User;
        AssertFinds(
            connection, new() { ["User"] = user }, token => string.Equals(token.Text("Owner"), user, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Get_UserOfTheWegnologyAccount_FindsAll()
    {
        Assert.Equal(fixture.Whole["wegnology"].Count, Get("wegnology", new() { ["User"] = ServiceCase.Of("wegnology").User }).Count);
        Assert.Empty(Get("wegnology", new() { ["User"] = "somebody" }));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_Issuer_FindsWhatTheIssuerIssued(string connection)
    {
        string issuer = ServiceCase.Of(connection).Issuer;
        IReadOnlyList<PSObject> found = Get(connection, new() { ["Issuer"] = issuer, ["Status"] = EachStatus });
        Assert.True(found.Count > 100, $"{found.Count} tokens were found.");
        Assert.Equal(
            fixture.Whole[connection].Count(token => string.Equals(token.Text("Issuer"), issuer, StringComparison.OrdinalIgnoreCase)),
            found.Count);
        Assert.Empty(Get(connection, new() { ["Issuer"] = "nobody at all" }));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_SeveralFilters_FindsWhatMeetsAll(string connection)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        AssertFinds(
            connection,
            new() { ["Name"] = "token-*5", ["ExpiringWithin"] = "20d", ["Status"] = "Active" },
            token => Like(token.Text("Name"), "token-*5")
                && token.Text("Status") == "Active"
                && token.Time("ExpiresAt") > now
                && token.Time("ExpiresAt") < now.AddDays(20));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_ExactNameThatIsNotThere_WritesAnErrorAndTheOthers(string connection)
    {
        RunResult result = Session.Run(
            "param($Connection) Get-ApiToken -Connection $Connection -Name 'token-0000018', 'nobody', 'nothing*'", connection);
        Assert.Equal(["token-0000018"], result.Output.Texts("Name"));
        ErrorRecord error = result.ShouldFail("ObjectNotFound");
        Assert.Equal("nobody", error.TargetObject);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_IdThatIsNotThere_WritesAnErrorAndTheOthers(string connection)
    {
        string id = fixture.Whole[connection][0].Text("Id");
        string unused = ServiceCase.Of(connection).UnusedId;
        RunResult result = Session.Run(
            "param($Connection, $Unused, $Id) Get-ApiToken -Connection $Connection -Id $Unused, $Id, 'no id at all'",
            connection,
            unused,
            id);
        Assert.Equal([id], result.Output.Texts("Id"));
        Assert.Equal(["ObjectNotFound", "ObjectNotFound"], result.ErrorIds);
        Assert.Equal(ErrorCategory.ObjectNotFound, result.Errors[0].CategoryInfo.Category);
        Assert.Equal([unused, "no id at all"], result.Errors.Select(error => error.TargetObject));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_AnyService_SendsNoWriteRequest(string connection)
    {
        int before = Sandbox.Count().Writes;
        Get(connection, new() { ["Status"] = "Active" });
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Theory]
    [InlineData("wegnology", "Name", "administrator")]
    [InlineData("wegnology", "Name", "token-00012*")]
    [InlineData("wegnology", "Status", "Inactive")]
    [InlineData("application-users", "User", "jdoe")]
    [InlineData("application-users", "Status", "Revoked")]
    public void Get_FilterOfTheService_ReadsOnePage(string connection, string parameter, string value)
    {
        int before = Sandbox.Count().Reads;
        Assert.NotEmpty(Get(connection, new() { [parameter] = value }));
        Assert.Equal(before + 1, Sandbox.Count().Reads);
    }

    [Theory]
    [InlineData("Engineers")]
    [InlineData("5")]
    [InlineData("ENGINEERS")]
    public void Get_GcoreRole_TakesNameAndIdInAnyCase(string role) =>
        AssertFinds("gcore", new() { ["Role"] = role }, token => token.Text("Role") == "Engineers");

    [Fact]
    public void Get_GcoreIssuer_TakesNameAndId()
    {
        IReadOnlyList<PSObject> byMail = Get("gcore", new() { ["Issuer"] = "jdoe@example.com" });
        Assert.True(byMail.Count > 100, $"{byMail.Count} tokens were found.");
        Assert.Equal(byMail.Texts("Id"), Get("gcore", new() { ["Issuer"] = 2003 }).Texts("Id"));
    }

    [Fact]
    public void Get_SeveralConnections_WritesOneAfterTheOther()
    {
        string[] order = [.. Session.Output("Get-ApiToken -Connection * -Name 'token-000123*'").Texts("Connection")];

        // Each has ten of them.
        Assert.Equal(10 * fixture.Whole.Count, order.Length);
        int changes = order.Zip(order.Skip(1)).Count(pair => pair.First != pair.Second);
        Assert.Equal(fixture.Whole.Count, changes + 1);
        Assert.Equal(fixture.Whole.Count, order.Distinct().Count());
    }

    [Fact]
    public void Get_ExactNameOnSeveralConnections_IsMissingOnlyWhereNoneHasIt()
    {
        Assert.Equal("devo", Session.Single("Get-ApiToken -Connection * -Name 'dashboard'").Text("Connection"));
        Session.Run("Get-ApiToken -Connection * -Name 'dashboards'").ShouldFail("ObjectNotFound");
    }

    [Fact]
    public void Get_SeveralConnections_GivesMomentsThatSort()
    {
        DateTimeOffset?[] sorted =
        [
            .. Session.Output("Get-ApiToken -Connection * -ExpiringWithin 7.00:00").Select(token => token.Time("ExpiresAt")).Order(),
        ];
        Assert.True(sorted.Length > 4, $"{sorted.Length} tokens were found.");
        Assert.All(sorted, moment => Assert.NotNull(moment));
        Assert.True(sorted[0] <= sorted[^1]);
    }

    [Fact]
    public void Get_FilterThatOneServiceCannotApply_WarnsAndReturnsTheOthers()
    {
        RunResult result = Session.Run("Get-ApiToken -Connection * -UnusedFor 20d");
        Assert.Equal(
            ServiceCase.All.Where(service => service.LastUsed).Select(service => service.Connection).Order(StringComparer.Ordinal),
            result.Output.Texts("Connection").Distinct().Order(StringComparer.Ordinal));
        result.ShouldSucceed();
        Assert.Equal(
            ServiceCase.All.Where(service => !service.LastUsed).Select(service => service.Connection),
            result.Warnings.Select(warning => warning.Split(' ')[0]));
    }

    [Fact]
    public void Table_Token_ShowsConnectionNameStatusExpiryOwnerPermissionsAndId()
    {
        string table = string.Join('\n', Session.Show(160, "Get-ApiToken -Connection devo -Name dashboard"));
        Assert.Contains("Connection: devo (Devo example-domain)", table);
        Assert.Matches(new Regex(@"dashboard\s+Active\s+in \d+ d\s+user@example\.com\s+apiv2 .*\s2\b", RegexOptions.IgnoreCase), table);
    }

    private static bool Like(string text, string pattern) => new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch(text);

    private IReadOnlyList<PSObject> Get(string connection, Hashtable? filter = null) =>
        Session.Output("param($Connection, $Filter) Get-ApiToken -Connection $Connection @Filter", connection, filter ?? []);

    // The filter returns the same tokens as its condition on the complete list: some, but not all.
    private void AssertFinds(string connection, Hashtable filter, Func<PSObject, bool> condition, bool includeHidden = false)
    {
        string[] hidden = includeHidden ? [] : ["Revoked"];
        IReadOnlyList<PSObject> whole = fixture.Whole[connection];
        string[] expected =
        [
            .. whole.Where(token => !hidden.Contains(token.Text("Status")) && condition(token))
                .Select(token => token.Text("Id"))
                .Order(StringComparer.Ordinal),
        ];
        string[] found = [.. Get(connection, filter).Texts("Id").Order(StringComparer.Ordinal)];
        Assert.InRange(found.Length, 1, whole.Count - 1);
        Assert.Equal(expected, found);
    }
}
