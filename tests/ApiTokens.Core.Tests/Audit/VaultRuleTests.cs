using ApiTokens.Audit;

namespace ApiTokens.Core.Tests.Audit;

/// <summary>The entries of a vault against the tokens of an account.</summary>
public sealed class VaultRuleTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Vault_EntriesOfLiveTokens_HaveNoFinding() =>
        Assert.Empty(Check([Token("1", "ci"), Token("2", "svc-a")], [Entry("ci", "1"), Named("svc-a")]));

    [Fact]
    public void Vault_EntryOfRemovedOrExpiredToken_IsOrphaned()
    {
        ApiToken expired = new(Token("2", "old")) { ExpiresAt = _clock.GetUtcNow().AddDays(-1) };
        IReadOnlyList<TokenFinding> found = Check([Token("1", "ci"), expired], [Entry("gone", "9"), Entry("old", "2"), Named("lost")]);
        Assert.Equal(3, found.Count);
        Assert.All(found, finding => Assert.Equal(("VaultEntryOrphaned", "Gcore", "1001"), (finding.RuleId, finding.Service, finding.Account)));
        Assert.Contains("'Gcore/1001/gone'", found[0].Message);
    }

    [Fact]
    public void Vault_EntriesOfOthers_AreIgnored() => Assert.Empty(Check(
        [],
        [
            new VaultEntry("database password", null, null, null),
            new VaultEntry("Gcore/99/other account", "Gcore", "99", "5"),
            new VaultEntry("Devo/1001/other service", "Devo", "1001", "5"),
        ]));

    [Fact]
    public void Vault_AccountWhoseListFailed_HasNoOrphans() =>
        Assert.Empty(Check([], [Entry("gone", "9")], isComplete: false));

    [Fact]
    public void Vault_TokenWithoutEntry_IsMissingOnlyIfThePolicyRequiresIt()
    {
        ApiToken[] tokens = [Token("1", "svc-a"), Token("2", "svc-b"), Token("3", "laptop")];
        Assert.Empty(Check(tokens, [Entry("svc-a", "1")]));
        TokenFinding missing = Assert.Single(
            Check(tokens, [Entry("svc-a", "1")], policy: new FindingPolicy { VaultToken = ["svc-*"] }));
        Assert.Equal(("VaultEntryMissing", "2"), (missing.RuleId, missing.Id));
    }

    [Fact]
    public void Vault_EntryWithMetadataOfAnotherToken_IsMismatch()
    {
        TokenFinding found = Assert.Single(Check([Token("1", "ci"), Token("2", "deploy")], [Entry("ci", "2")]));
        Assert.Equal(("VaultEntryMismatch", FindingSeverity.Error, "1"), (found.RuleId, found.Severity, found.Id));
        Assert.Contains("'deploy' (2)", found.Message);

        // The token of the metadata is gone: one finding, not two.
        Assert.Equal("VaultEntryMismatch", Assert.Single(Check([Token("1", "ci")], [Entry("ci", "9")])).RuleId);
    }

    [Fact]
    public void Vault_TwoTokensWithTheName_AcceptsEither()
    {
        Assert.Empty(Check([Token("1", "ci"), Token("2", "ci")], [Entry("ci", "1")]));
        Assert.Empty(Check([Token("7001", "ci")], [Entry("ci", "07001")]));
    }

    private static VaultEntry Entry(string name, string id) => new($"Gcore/1001/{name}", "gcore", "1001", id);

    private static VaultEntry Named(string name) => new($"Gcore/1001/{name}", null, null, null);

    private ApiToken Token(string id, string name) => new()
    {
        Service = "Gcore",
        Account = "1001",
        Connection = "gcore",
        Id = id,
        Name = name,
        Status = TokenStatus.Active,
        CreatedAt = _clock.GetUtcNow(),
        ExpiresAt = _clock.GetUtcNow().AddDays(30),
    };

    private IReadOnlyList<TokenFinding> Check(
        IEnumerable<ApiToken> tokens, VaultEntry[] entries, bool isComplete = true, FindingPolicy? policy = null)
    {
        policy = (policy ?? new FindingPolicy()) with { Rule = ["VaultEntryOrphaned", "VaultEntryMissing", "VaultEntryMismatch"] };
        var audit = new TokenAudit(policy, _clock) { Vault = new VaultContent("ops", entries) };
        foreach (ApiToken token in tokens)
        {
            Assert.Empty(audit.Check(token));
        }

        if (isComplete)
        {
            audit.CompleteAccount(new AccountKey("gcore", "Gcore", "1001", null));
        }

        return audit.Complete();
    }
}
