using System.Globalization;
using ApiTokens.Audit;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Audit;

/// <summary>Each rule is tested with a token that triggers it and one just below the threshold.</summary>
public sealed class FindingRuleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();
    private int _lastId;

    private DateTimeOffset Now => _clock.GetUtcNow();

    [Fact]
    public void Expired_ExpiryReached_IsWarning()
    {
        Assert.Equal(FindingSeverity.Warning, Assert.Single(Check("Expired", Token(expires: Now))).Severity);
        Assert.Empty(Check("Expired", Token(expires: Now + Second)));
        Assert.Empty(Check("Expired", Token(expires: null)));

        // The service's clock may be ahead of ours, or the service may not return the expiry.
        Assert.Single(Check("Expired", Token(status: TokenStatus.Expired, expires: null)));
    }

    [Fact]
    public void ExpiringSoon_WithinSevenDays_IsWarning()
    {
        Assert.Equal(FindingSeverity.Warning, Assert.Single(Check("ExpiringSoon", Token(expires: Now.AddDays(7)))).Severity);
        Assert.Empty(Check("ExpiringSoon", Token(expires: Now.AddDays(7) + Second)));
        Assert.Empty(Check("ExpiringSoon", Token(expires: null)));
    }

    [Fact]
    public void ExpiringSoon_AnyCulture_ShowsInvariantDate()
    {
        // A machine without ICU has no other culture, so this one is made.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.DateTimeFormat.TimeSeparator = ".";
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            string expected = Now.AddDays(1).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            Assert.Contains(expected, Assert.Single(Check("ExpiringSoon", Token(expires: Now.AddDays(1)))).Message);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void ExpiringSoon_WithinOneDay_IsError()
    {
        Assert.Equal(FindingSeverity.Error, Assert.Single(Check("ExpiringSoon", Token(expires: Now.AddDays(1)))).Severity);
        Assert.Equal(FindingSeverity.Warning, Assert.Single(Check("ExpiringSoon", Token(expires: Now.AddDays(1) + Second))).Severity);
        Assert.Empty(Check("ExpiringSoon", Token(expires: Now)));
    }

    [Fact]
    public void ExpiringSoon_TimePasses_IsFound()
    {
        ApiToken token = Token(expires: Now.AddDays(7) + Second);
        var audit = new TokenAudit(new FindingPolicy { Rule = ["ExpiringSoon"] }, _clock);
        Assert.Empty(audit.Check(token));
        _clock.Advance(Second);
        Assert.Single(audit.Check(token));
    }

    [Fact]
    public void NeverExpires_NoExpiry_IsFound()
    {
        Assert.Single(Check("NeverExpires", Token(expires: null)));
        Assert.Empty(Check("NeverExpires", Token(expires: DateTimeOffset.MaxValue)));
    }

    [Fact]
    public void LongLived_LongerThanMaximumLife_IsFound()
    {
        var policy = new FindingPolicy { Rule = ["LongLived"], MaximumLife = TimeSpan.FromDays(90) };
        Assert.Single(Check(policy, Token(created: Now, expires: Now.AddDays(90) + Second)));
        Assert.Empty(Check(policy, Token(created: Now, expires: Now.AddDays(90))));
        Assert.Empty(Check(policy, Token(created: Now, expires: null)));
    }

    [Fact]
    public void LongLived_DefaultPolicy_AllowsOneYear()
    {
        Assert.Empty(Check("LongLived", Token(created: new(2027, 3, 1, 0, 0, 0, default), expires: new(2028, 3, 1, 0, 0, 0, default))));
        Assert.Single(Check("LongLived", Token(created: new(2027, 3, 1, 0, 0, 0, default), expires: new(2028, 3, 1, 0, 0, 1, default))));
    }

    [Fact]
    public void LongLived_RegeneratedSecret_IsMeasuredFromRegeneration()
    {
        DateTimeOffset expiry = Now.AddDays(365);
        Assert.Empty(Check("LongLived", Token("ApplicationUsers", created: Now.AddDays(-300), updated: Now, expires: expiry)));
        Assert.Single(Check("LongLived", Token("ApplicationUsers", created: Now.AddDays(-300), expires: expiry)));

        // At other services, a change of the record does not replace the secret.
        Assert.Single(Check("LongLived", Token("Wegnology", created: Now.AddDays(-300), updated: Now, expires: expiry)));
    }

    [Theory]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public void Unused_NotUsedForNinetyDays_IsFound(string service)
    {
        Assert.Single(Check("Unused", Token(service, created: Now.AddDays(-200), used: Now.AddDays(-90) - Second)));
        Assert.Empty(Check("Unused", Token(service, created: Now.AddDays(-200), used: Now.AddDays(-90))));
        Assert.Contains(
            "never used",
            Assert.Single(Check("Unused", Token(service, created: Now.AddDays(-90) - Second))).Message,
            StringComparison.Ordinal);
        Assert.Empty(Check("Unused", Token(service, created: Now.AddDays(-90))));
    }

    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    public void LastUseUnknown_ServiceWithoutLastUse_IsReportedOncePerService(string service)
    {
        ApiToken[] tokens = [Token(service, created: Now.AddDays(-200)), Token(service, created: Now.AddDays(-300))];
        Assert.Empty(Check("Unused", tokens));
        TokenFinding finding = Assert.Single(Check("LastUseUnknown", tokens));
        Assert.Equal((FindingSeverity.Information, string.Empty, service), (finding.Severity, finding.Id, finding.Service));
        Assert.Contains("2 tokens", finding.Message, StringComparison.Ordinal);
        Assert.Null(finding.Token);
        Assert.Empty(Check("LastUseUnknown", Token("Gcore")));
    }

    [Theory]
    [InlineData("all.User", true)]
    [InlineData("all.Application", true)]
    [InlineData("all.Instance", true)]
    [InlineData("all.User.read", false)]
    [InlineData("all.User.cli", false)]
    [InlineData("devices.get", false)]
    public void TooBroad_WegnologyScope_IsFoundForPresetsOfAllPermissions(string scope, bool expected) =>
        Assert.Equal(expected, Check("TooBroad", Token("Wegnology", scope: ["data.export", scope])).Count == 1);

    [Theory]
    [InlineData("table://*.** level://admin", true)]
    [InlineData("table://my.app.** table://*.** level://admin", true)]
    [InlineData("table://my.app.** level://read table://*.** level://admin", true)]
    [InlineData("table://my.app.** level://admin table://*.** level://read", false)]
    [InlineData("table://*.** level://read table://my.app.** level://admin", false)]
    [InlineData("table://my.** level://admin", false)]
    [InlineData("", false)]
    public void TooBroad_DevoScope_IsFoundForAdminLevelOnAllTables(string scope, bool expected) =>
        Assert.Equal(expected, Check("TooBroad", Token("Devo", scope: scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Count == 1);

    [Theory]
    [InlineData("Administrators", true)]
    [InlineData("Engineers", false)]
    [InlineData(null, false)]
    public void TooBroad_GcoreRole_IsFoundForAdministrators(string? role, bool expected) =>
        Assert.Equal(expected, Check("TooBroad", Token("Gcore", role: role)).Count == 1);

    [Theory]
    [InlineData(AccessLevel.Full, true)]
    [InlineData(AccessLevel.Read, false)]
    [InlineData(AccessLevel.None, false)]
    public void TooBroad_ApplicationUsersAccess_IsFoundForFullAccessToAllApis(AccessLevel second, bool expected)
    {
        var access = new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.Full, ["vendor"] = second };
        Assert.Equal(expected, Check("TooBroad", Token("ApplicationUsers", access: access)).Count == 1);
    }

    [Theory]
    [InlineData("here@example.com", "here@example.com", false)]
    [InlineData("HERE@example.com", "here@example.com", false)]
    [InlineData("left@example.com", "here@example.com", true)]
    [InlineData("here@example.com", "left@example.com", true)]
    [InlineData(null, null, false)]
    public void UnknownUser_OwnerOrIssuerNotInPolicy_IsError(string? owner, string? issuer, bool expected)
    {
        var policy = new FindingPolicy { Rule = ["UnknownUser"], KnownUser = ["here@example.com", "svc-*"] };
        IReadOnlyList<TokenFinding> found = Check(policy, Token("Devo", owner: owner, issuer: issuer));
        Assert.Equal(expected, found.Count == 1);
        Assert.All(found, finding => Assert.Equal(FindingSeverity.Error, finding.Severity));
        Assert.Empty(Check("UnknownUser", Token("Devo", owner: owner, issuer: issuer)));
    }

    [Fact]
    public void UnknownUser_KnownUserPattern_MatchesUsers()
    {
        var policy = new FindingPolicy { Rule = ["UnknownUser"], KnownUser = ["*@example.com"] };
        Assert.Empty(Check(policy, Token("Devo", owner: "a@example.com")));
        Assert.Single(Check(policy, Token("Devo", owner: "a@example.org")));

        // The owner of a WEGnology token is its account, not a user.
        Assert.Empty(Check(policy, Token("Wegnology", owner: "575ec8687ae143cd83dc4a97", issuer: "b@example.com")));
    }

    [Fact]
    public void Duplicate_SameToken_IsFoundForAllButNewest()
    {
        ApiToken middle = Token(created: Now.AddDays(-2));
        ApiToken newest = Token(created: Now.AddDays(-1));
        ApiToken oldest = Token(created: Now.AddDays(-3));
        IReadOnlyList<TokenFinding> found = Check("Duplicate", middle, newest, oldest, middle);
        Assert.Equal([middle.Id, oldest.Id], found.Select(finding => finding.Id).Take(2));
        Assert.Same(middle, found[0].Token);
        Assert.Equal(FindingSeverity.Information, found[0].Severity);
    }

    [Fact]
    public void Duplicate_DifferentNameOwnerPermissionsOrAccount_IsNotFound()
    {
        ApiToken[] different =
        [
            Token(scope: ["a", "b"]),
            Token(scope: ["a"]),
            Token(scope: ["a", "b"], owner: "someone"),
            Token(scope: ["a", "b"], name: "other"),
            Token(scope: ["a", "b"], account: "other"),
            Token(scope: ["a", "b"], expires: Now),
            Token(name: string.Empty),
            Token(name: string.Empty),
        ];
        Assert.Empty(Check("Duplicate", different));
        Assert.Single(Check("Duplicate", [.. different, Token(scope: ["b", "a"])]));
    }

    [Fact]
    public void Duplicate_SameTokenTwiceInInput_IsNotFound()
    {
        ApiToken token = Token();
        Assert.Empty(Check("Duplicate", token, token));
    }

    [Theory]
    [InlineData(89, null)]
    [InlineData(90, FindingSeverity.Warning)]
    [InlineData(99, FindingSeverity.Warning)]
    [InlineData(100, FindingSeverity.Error)]
    [InlineData(120, FindingSeverity.Error)]
    public void NearTokenLimit_GcoreTokenCount_HasSeverityByCount(int count, FindingSeverity? expected)
    {
        ApiToken[] tokens = [.. Enumerable.Range(0, count).Select(_ => Token("Gcore"))];
        Assert.Equal(expected, Check("NearTokenLimit", [.. tokens, tokens[0]]).SingleOrDefault()?.Severity);
    }

    [Fact]
    public void NearTokenLimit_LimitInPolicy_IsUsed()
    {
        var policy = new FindingPolicy { Rule = ["NearTokenLimit"], TokenLimit = 4, NearLimit = 0.75 };
        Assert.Empty(Check(policy, Token(), Token()));
        Assert.Single(Check(policy, Token(), Token(), Token()));
        Assert.Empty(Check("NearTokenLimit", Token(), Token(), Token()));
    }

    [Fact]
    public void Check_RevokedToken_HasNoFindings() =>
        Assert.Empty(Check(new FindingPolicy(), Token(status: TokenStatus.Revoked, expires: null)));

    [Fact]
    public void Check_ExpiredToken_HasOnlyExpiredFinding()
    {
        var policy = new FindingPolicy { KnownUser = ["nobody"], ExcludeRule = ["LastUseUnknown"] };
        ApiToken token = Token(
            "Devo",
            created: Now.AddDays(-900),
            expires: Now.AddDays(-1),
            owner: "left@example.com",
            scope: ["table://*.**", "level://admin"]);
        Assert.Equal("Expired", Assert.Single(Check(policy, token)).RuleId);
    }

    [Fact]
    public void Policy_RulesAndSeverities_SelectFindings()
    {
        ApiToken token = Token("Wegnology", expires: null, scope: ["all.User"]);
        string[] Ids(FindingPolicy policy) => [.. Check(policy, token).Select(finding => finding.RuleId)];
        Assert.Equal(["NeverExpires", "TooBroad", "LastUseUnknown"], Ids(new FindingPolicy()));
        Assert.Equal(["TooBroad"], Ids(new FindingPolicy { Rule = ["toobroad"] }));
        Assert.Equal(["TooBroad"], Ids(new FindingPolicy { ExcludeRule = ["neverexpires"], MinimumSeverity = FindingSeverity.Warning }));
        var severity = new Dictionary<string, FindingSeverity>
        {
            ["TooBroad"] = FindingSeverity.Information,
            ["NeverExpires"] = FindingSeverity.Error,
        };
        Assert.Equal(["NeverExpires"], Ids(new FindingPolicy { Severity = severity, MinimumSeverity = FindingSeverity.Error }));
    }

    [Fact]
    public void Finding_IssuedToken_IdentifiesTokenWithoutSecret()
    {
        var issued = new IssuedToken(Token(expires: null), SecretText.ToSecureString(TestConnections.Secret));
        TokenFinding finding = Assert.Single(Check("NeverExpires", issued));
        Assert.Equal(
            (issued.Id, issued.Name, issued.Service, issued.Account, issued.Connection),
            (finding.Id, finding.Name, finding.Service, finding.Account, finding.Connection));
        Assert.NotEmpty(finding.RecommendedAction);
        Assert.IsType<ApiToken>(finding.Token);
    }

    [Fact]
    public void FindingRules_Ids_AreStable() => Assert.Equal(
        [
            "Expired", "ExpiringSoon", "OwnCredentialExpiring", "NeverExpires", "LongLived", "Unused", "LastUseUnknown", "TooBroad",
            "UnknownUser", "Duplicate", "NearTokenLimit", "VaultEntryOrphaned", "VaultEntryMissing", "VaultEntryMismatch", "WaiverExpired",
        ],
        FindingRules.All.Select(rule => rule.Id));

    private IReadOnlyList<TokenFinding> Check(string rule, params ApiToken[] tokens) => Check(new FindingPolicy { Rule = [rule] }, tokens);

    private List<TokenFinding> Check(FindingPolicy policy, params ApiToken[] tokens)
    {
        var audit = new TokenAudit(policy, _clock);
        return [.. tokens.SelectMany(audit.Check), .. audit.Complete()];
    }

    private ApiToken Token(
        string service = "Wegnology",
        string name = "ci",
        string account = "acme",
        TokenStatus status = TokenStatus.Active,
        DateTimeOffset? created = null,
        DateTimeOffset? updated = null,
        DateTimeOffset? expires = null,
        DateTimeOffset? used = null,
        string[]? scope = null,
        string? role = null,
        Dictionary<string, AccessLevel>? access = null,
        string? owner = null,
        string? issuer = null) => new()
        {
            Service = service,
            Connection = ServiceCatalog.Find(service).ConnectionName,
            Account = account,
            Id = $"{++_lastId}",
            Name = name,
            Status = status,
            CreatedAt = created ?? Now.AddDays(-1),
            UpdatedAt = updated,
            ExpiresAt = expires,
            LastUsedAt = used,
            Scope = scope ?? [],
            Role = role,
            Access = access,
            Owner = owner,
            Issuer = issuer,
        };
}
