using System.Security;
using System.Xml.Linq;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Display;

/// <summary>Objects are unchanged after serialization and deserialization as in remoting.</summary>
public sealed class SerializationTests : CmdletTest
{
    private const string RoundTrip =
        "[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($Value, 1))";

    private readonly IReadOnlyList<PSObject> _tokens;

    public SerializationTests(SandboxFixture fixture)
        : base(fixture)
    {
        _tokens = Output("Get-ApiToken -Connection *");
    }

    [Fact]
    public void Token_Deserialized_IsAsBefore()
    {
        IReadOnlyList<PSObject> back = Deserialized(_tokens.ToArray());
        Assert.NotEmpty(_tokens);
        Assert.Equal(_tokens.Count, back.Count);
        Assert.All(back, token => Assert.Equal("ApiTokens.ApiToken", token.TypeNames[0]));
        Assert.All(
            new[]
            {
                "Id", "Name", "Connection", "Service", "Account", "Status", "Owner", "CreatedAt", "ExpiresAt", "LastUsedAt", "Lifetime",
            },
            property => Assert.Equal(_tokens.Select(token => token.Get(property)), back.Select(token => token.Get(property))));
        Assert.Equal(_tokens.Select(token => token.List("Scope")), back.Select(token => token.List("Scope")));
        Assert.Equal(_tokens.Select(token => token.List("Audience")), back.Select(token => token.List("Audience")));
        Assert.Contains(_tokens, token => Access(token).Count > 0);
        Assert.Equal(_tokens.Select(Access), back.Select(Access));

        DateTimeOffset now = DateTimeOffset.UtcNow;
        Assert.Equal(ExpiredIds(_tokens), ExpiredIds(back));
        Assert.Equal(Session.Show(120, "param($Tokens) $Tokens", _tokens), Session.Show(120, "param($Tokens) $Tokens", back));

        IEnumerable<string> ExpiredIds(IEnumerable<PSObject> tokens) => tokens.Where(token => token.Time("ExpiresAt") < now).Texts("Id");
    }

    [Fact]
    public void Token_Deserialized_CanBeRemoved()
    {
        PSObject[] issued = [NewToken("wegnology"), NewToken("devo")];
        Assert.Empty(Output($"param($Value) {RoundTrip} | Remove-ApiToken", [issued]));
        Assert.All(issued, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Fact]
    public void IssuedToken_Deserialized_HasItsSecretAsSecureString()
    {
        PSObject issued = NewToken("gcore");
        PSObject back = Assert.Single(Deserialized(issued));
        Assert.Equal("ApiTokens.IssuedToken", back.TypeNames[0]);
        Assert.Equal(issued.Secret(), Assert.IsType<SecureString>(back.Get("Secret")).ToText());
    }

    [Fact]
    public void IssuedToken_Deserialized_HasEveryPropertyOfAToken()
    {
        PSObject issued = NewToken("gcore");
        string text = $"{Assert.Single(Output("param($Value) [System.Management.Automation.PSSerializer]::Serialize($Value, 1)", issued))}";

        XElement token = XDocument.Parse(text).Root!.Elements().Single();
        Assert.Equal(
            issued.Properties.Select(property => property.Name).Append("Secret").Order(),
            token.Elements().Where(part => part.Name.LocalName is "Props" or "MS").Elements()
                .Select(each => each.Attribute("N")!.Value).Order());
    }

    [Fact]
    public void Finding_Deserialized_IsAsBefore()
    {
        PSObject finding = Output("param($Tokens) $Tokens | Test-ApiToken | Where-Object Token", _tokens)[0];
        PSObject back = Assert.Single(Deserialized(finding));
        Assert.Equal("ApiTokens.Audit.TokenFinding", back.TypeNames[0]);
        Assert.All(
            new[] { "RuleId", "Severity", "Id", "Message", "RecommendedAction" },
            property => Assert.Equal(finding.Get(property), back.Get(property)));
    }

    private IReadOnlyList<PSObject> Deserialized(object value) => Output($"param($Value) {RoundTrip}", [value]);

    // The APIs of a token and their levels, in order.
    private IReadOnlyList<string> Access(PSObject token) =>
        [
            .. Output("param($Token) foreach ($api in $Token.Access.Keys) { \"$api=$($Token.Access[$api])\" }", token)
                .Select(pair => pair.ToString())
                .Order(StringComparer.Ordinal),
        ];
}
