using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Canary;

/// <summary>A secret in the place of another argument is in no text of the error.</summary>
public sealed class MisplacedSecretTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    // By the name of the argument. Each script gets the secret and a valid credential.
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["Region"] = "param($S, $Token) Connect-ApiTokenService Devo my_domain -Token $Token -Region $S",
        ["Service"] = "param($S, $Token) Connect-ApiTokenService $S my_domain -Token $Token",
        ["Account (WEGnology)"] = "param($S, $Token) Connect-ApiTokenService Wegnology \"$S/1\" -Token $Token",
        ["Account (Gcore)"] = "param($S, $Token) Connect-ApiTokenService Gcore $S -Token $Token",
        ["Account (Devo)"] = "param($S, $Token) Connect-ApiTokenService Devo \"$S@x\" -Token $Token -Region EU",
        ["BaseUri"] = "param($S, $Token) Connect-ApiTokenService Devo my_domain -Token $Token -BaseUri $S",
        ["Proxy"] = "param($S, $Token) Connect-ApiTokenService Devo my_domain -Token $Token -Region EU -Proxy $S",
        ["ConnectionInfo (text)"] = "param($S) Connect-ApiTokenService -ConnectionInfo $S",
        ["ConnectionInfo (list)"] = "param($S) Connect-ApiTokenService -ConnectionInfo @($S, $S)",
        ["ConnectionInfo (field)"] = "param($S) Connect-ApiTokenService -ConnectionInfo @{ Service = 'Devo'; $S = 1 }",
        ["ConnectionInfo (object)"] =
            "param($S) Connect-ApiTokenService -ConnectionInfo ([pscustomobject]@{ Service = $S; Token = $S; Account = 'my_domain' })",
        ["Connection"] = "param($S) Get-ApiToken -Connection $S",
        ["Connection (New-ApiToken)"] = "param($S) New-ApiToken -Connection $S -Name x",
        ["Connection (Get-ApiTokenService)"] = "param($S) Get-ApiTokenService $S",
        ["Id"] = "param($S) Remove-ApiToken $S -Connection gcore",
        ["Access"] = "param($S) New-ApiToken -Connection application-users -User u -Access $S",
        ["Access (level)"] = "param($S) New-ApiToken -Connection application-users -User u -Access @{ Invoices = $S }",
        ["Audience"] = "param($S) New-ApiToken -Connection devo -User u@example.com -Name x -Audience $S",
        ["Scope (Devo)"] = "param($S) New-ApiToken -Connection devo -User u@example.com -Name x -Audience apiv2 -Scope $S",
        ["Scope (WEGnology)"] = "param($S) New-ApiToken -Connection wegnology -Name x -Scope $S",
        ["Role"] = "param($S) New-ApiToken -Connection gcore -Name x -Role $S",
        ["ExpiresAt"] = "param($S) New-ApiToken -Connection gcore -Name x -Role Users -ExpiresAt $S",
        ["ExpiresIn"] = "param($S) New-ApiToken -Connection gcore -Name x -Role Users -ExpiresIn $S",
        ["Shard"] = "param($S) Get-ApiToken -Connection gcore -Shard $S",
        ["JournalPath"] = "param($S) Remove-ApiToken 7002 -Connection gcore -JournalPath \"/no/folder/$S\"",
        ["JournalPath (drive)"] = "param($S) Remove-ApiToken 7002 -Connection gcore -JournalPath \"env:$S\"",
        ["JournalPath (due)"] = "param($S) Remove-ApiToken -Due -JournalPath \"/no/folder/$S\"",
        ["Path (report)"] = "param($S) Get-ApiToken -Connection gcore | Export-ApiTokenReport -Path \"/no/folder/$S.html\"",
        ["Path (find)"] = "param($S) Find-ApiToken -Path \"/no/folder/$S\"",
        ["Policy"] = "param($S) Test-ApiToken -Connection gcore -Policy \"/no/folder/$S.psd1\"",
    };

    private static readonly string[] Secrets =
    [
        "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "7711$d3361b35f26d8c0ffee0123456789ab",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1NzVlZDcwYzdhZTE0MyJ9.dBjftJeZ4CVPmB92K27uhbUJU1p1r",
        "at1zqwk3pxv9rlm2stn8uyb4cdf6ghj0kee5iao7",
    ];

    public static TheoryData<string> Arguments => [.. Scripts.Keys];

    [Theory]
    [MemberData(nameof(Arguments))]
    public void Error_ArgumentIsSecret_DoesNotQuoteIt(string argument)
    {
        foreach (string secret in Secrets)
        {
            RunResult result = Run(Scripts[argument], secret, "00112233".ToSecret());

            Assert.NotEmpty(result.Errors);
            string text = string.Join("\n", result.Errors.Select(ErrorText.Of))
                + string.Join("\n", result.Verbose.Concat(result.Warnings).Concat(result.Debug)) + Session.Host.Text;
            Assert.Empty(SecretSearch.Find(text, secret));
        }
    }

    [Fact]
    public void ConnectionInfo_ObjectWithProperties_Connects()
    {
        PSObject service = Sandbox.Service("gcore");

        PSObject connection = Single(
            """
            param($Service)
            Connect-ApiTokenService -ConnectionInfo ([pscustomobject]@{
                Service = 'Gcore'; Account = $Service.Account; Token = $Service.Secret; BaseUri = $Service.BaseUri; Name = 'from-object' })
            Disconnect-ApiTokenService from-object
            """,
            service);

        Assert.Equal("from-object", connection.Text("Name"));
    }
}
