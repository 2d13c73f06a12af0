using System.Collections;
using ApiTokens.Audit;

namespace ApiTokens.Core.Tests.Audit;

/// <summary>Reading a policy from a table, and validation with the name of the invalid key.</summary>
public sealed class PolicyTests
{
    [Fact]
    public void Read_EveryKey_SetsPolicy()
    {
        FindingPolicy policy = PolicyTable.Read(new Hashtable
        {
            ["expirywarning"] = "14d",
            ["ExpiryError"] = "36h",
            ["MaximumLife"] = "90.00:00",
            ["MaximumUnused"] = "90m",
            ["KnownUser"] = new object[] { "a", "b" },
            ["TokenLimit"] = 50,
            ["NearLimit"] = 1,
            ["Rule"] = "Expired",
            ["ExcludeRule"] = new object[] { "Unused" },
            ["MinimumSeverity"] = "warning",
            ["Severity"] = new Hashtable { ["Expired"] = "Error" },
        });
        policy.Validate();
        Assert.Equal(
            (TimeSpan.FromDays(14), TimeSpan.FromHours(36), TimeSpan.FromDays(90), TimeSpan.FromMinutes(90)),
            (policy.ExpiryWarning, policy.ExpiryError, policy.MaximumLife, policy.MaximumUnused));
        Assert.Equal(["a", "b"], policy.KnownUser);
        Assert.Equal(
            (50, 1.0, FindingSeverity.Warning, FindingSeverity.Error),
            (policy.TokenLimit, policy.NearLimit, policy.MinimumSeverity, policy.Severity["expired"]));
        Assert.Equal(["Expired"], policy.Rule);
        Assert.Equal(["Unused"], policy.ExcludeRule);
    }

    [Fact]
    public void Read_EmptyTable_ReturnsDefaults() => Assert.Equal(TimeSpan.FromDays(7), PolicyTable.Read(new Hashtable()).ExpiryWarning);

    public static TheoryData<string, object?> InvalidValues => new()
    {
        { "ExpiryWarnings", "7d" },
        { "ExpiryWarning", 7 },
        { "ExpiryWarning", "7" },
        { "ExpiryWarning", "soon" },
        { "ExpiryWarning", "-7d" },
        { "ExpiryWarning", "99999999999d" },
        { "ExpiryWarning", null },
        { "KnownUser", 3 },
        { "KnownUser", new object[] { "a", 3 } },
        { "KnownUser", new Hashtable() },
        { "TokenLimit", "50" },
        { "NearLimit", "0.9" },
        { "MinimumSeverity", "Bad" },
        { "MinimumSeverity", 1 },
        { "Severity", "Error" },
        { "Severity", new Hashtable { ["Expired"] = "Bad" } },
    };

    [Theory]
    [MemberData(nameof(InvalidValues))]
    public void Read_InvalidValue_ThrowsWithKey(string key, object? value)
    {
        var error = Assert.Throws<ApiTokenException>(() => PolicyTable.Read(new Hashtable { [key] = value }));
        Assert.Equal("InvalidPolicy", error.ErrorId);
        Assert.Contains($"'{key}'", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.RecommendedAction);
    }

    public static TheoryData<string, FindingPolicy> InvalidPolicies => new()
    {
        { "ExpiryWarning", new FindingPolicy { ExpiryWarning = TimeSpan.FromTicks(7) } },
        { "ExpiryError", new FindingPolicy { ExpiryError = TimeSpan.FromDays(8) } },
        { "MaximumLife", new FindingPolicy { MaximumLife = TimeSpan.FromDays(-1) } },
        { "MaximumUnused", new FindingPolicy { MaximumUnused = TimeSpan.Zero } },
        { "TokenLimit", new FindingPolicy { TokenLimit = 0 } },
        { "NearLimit", new FindingPolicy { NearLimit = 1.01 } },
        { "NearLimit", new FindingPolicy { NearLimit = double.NaN } },
        { "Rule", new FindingPolicy { Rule = ["Expires"] } },
        { "ExcludeRule", new FindingPolicy { ExcludeRule = ["Expires"] } },
        { "Severity", new FindingPolicy { Severity = new Dictionary<string, FindingSeverity> { ["Expires"] = FindingSeverity.Error } } },
    };

    [Theory]
    [MemberData(nameof(InvalidPolicies))]
    public void Validate_InvalidPolicy_ThrowsWithPropertyInErrorId(string name, FindingPolicy policy) =>
        Assert.Equal($"Invalid{name}", Assert.Throws<ApiTokenException>(policy.Validate).ErrorId);
}
