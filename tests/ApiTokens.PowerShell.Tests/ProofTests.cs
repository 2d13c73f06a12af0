using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Reset-ApiToken retires an old token only after the service has accepted the new secret; not with -SkipProof.</summary>
public sealed class ProofTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string ReadUser = "/devo/probio/user/email/*";

    public static TheoryData<string, string> AudiencesAndFaults
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string audience in (string[])["apiv2", "apiv2-admin", "aggregations", "alerts", "http"])
            {
                cases.Add(audience, "none");
                cases.Add(audience, "refused");
                cases.Add(audience, "unclear");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(AudiencesAndFaults))]
    public void Reset_Devo_RetiresOldTokenOnlyAfterProof(string audience, string fault)
    {
        PSObject old = NewToken("devo", with: new() { ["Audience"] = audience });
        if (fault == "refused")
        {
            // A rejected secret is tried four times, because a new secret may work late.
            Sandbox.AddFault(new { service = "devo", kind = "status", status = 401, path = ReadUser, count = 4 });
        }
        else if (fault == "unclear")
        {
            Sandbox.AddFault(new { service = "devo", kind = "status", status = 403, path = ReadUser });
        }

        RunResult result = Run("param($Token) $Token | Reset-ApiToken", old);

        PSObject renewed = result.Single;
        Assert.True(Sandbox.Accepts(renewed));
        Assert.Equal(fault != "none", Sandbox.Accepts(old));
        Assert.Equal(fault == "none" ? [] : [fault == "refused" ? "SuccessorRefused" : "SuccessorNotProved"], result.ErrorIds);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Reset_SkipProof_SendsNoProofAndSaysSoInVerboseAndJournal(string connection)
    {
        PSObject old = NewToken(connection);
        string journal = NewPath(".jsonl");
        RequestCount before = Sandbox.Count();

        RunResult result = Run(
            "param($Token, $Journal) $Token | Reset-ApiToken -SkipProof -JournalPath $Journal -Verbose", old, journal);

        PSObject renewed = result.ShouldSucceed().Single;
        IEnumerable<LoggedRequest> afterIssue = Sandbox.Since(before).SkipWhile(request => request.Method != "POST");
        Assert.DoesNotContain(afterIssue, request => IsProof(request.Path));
        Assert.True(Sandbox.Accepts(renewed));
        Assert.False(Sandbox.Accepts(old));
        Assert.Contains(result.Verbose, message => message.Contains("was not verified, as requested."));
        Assert.Contains("\"event\":\"unverified\"", File.ReadAllText(journal));
    }

    [Fact]
    public void Reset_SkipProofAfterFailedProof_RetiresOldTokenWithoutAnotherToken()
    {
        PSObject old = NewToken("devo");
        string journal = NewPath(".jsonl");
        Sandbox.AddFault(new { service = "devo", kind = "status", status = 403, path = ReadUser });
        PSObject renewed = Run("param($Token, $Journal) $Token | Reset-ApiToken -JournalPath $Journal", old, journal).Single;

        RunResult result = Run("param($Token, $Journal) $Token | Reset-ApiToken -SkipProof -JournalPath $Journal", old, journal);

        Assert.Empty(result.ShouldSucceed().Output);
        Assert.True(Sandbox.Accepts(renewed));
        Assert.False(Sandbox.Accepts(old));
    }

    private static bool IsProof(string path) =>
        path.StartsWith("/devo/probio/", StringComparison.Ordinal) || path.EndsWith("/me", StringComparison.Ordinal);
}
