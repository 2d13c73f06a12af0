using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Canary;

/// <summary>A service that puts the connection's secret and escape sequences into each text of its responses.</summary>
public sealed class HostileServiceTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string Secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

    // A terminal interprets an operating system command; a right-to-left mark reverses text.
    private const string Text = $"{Secret} \u001B]0;owned\u0007 \u202Egpj";

    [Theory]
    [InlineData("404 Not Found\nContent-Type: application/json", $$"""{"message":"{{Secret}} \u001B]0;owned\u0007 \u202Egpj"}""")]
    [InlineData($"404 Not Found\nx-devo-cid: {Text}", "")]
    [InlineData($"404 Not Found\nx-devo-cid: {Secret}", "")]
    [InlineData($"200 OK\nno header {Text}", "[]")]
    [InlineData($"302 {Text}\nLocation: http://127.0.0.1/{Secret}", "")]
    [InlineData($"200 OK\nContent-Type: text/{Secret}", "[]")]
    [InlineData("200 OK\nContent-Type: application/json", $$"""[{"id":"{{Secret}}","name":["{{Secret}}"]}]""")]
    [InlineData(
        "200 OK\nContent-Type: application/json",
        $$"""
        [{"id":"{{Secret}}","name":"x {{Secret}} \u001B]0;owned\u0007","scope":"{{Secret}}\u001B]0;x","owner":"{{Secret}}\u202E",
        "user":"{{Secret}}\u001B]0;x","audience":"{{Secret}}\u0007","active":true,"token":"{{Secret}}"}]
        """)]
    public void List_TextsOfHostileService_HaveNoSecretAndNoEscapes(string head, string body)
    {
        using var server = new RawServer(head, body);
        string journal = NewPath(".journal");
        Run(
            "param($Secret, $Uri) $null = Connect-ApiTokenService Devo my_domain -Token $Secret -BaseUri $Uri -Name hostile -SkipCheck",
            Secret.ToSecret(),
            server.BaseUri).ShouldSucceed();

        RunResult list = Run("Get-ApiToken -Connection hostile -Verbose -Debug | Out-Host");
        RunResult remove = Run(
            "param($Journal) Get-ApiToken -Connection hostile -Name * | Remove-ApiToken -JournalPath $Journal -Verbose -Confirm:$false",
            journal);
        Run("Disconnect-ApiTokenService hostile").ShouldSucceed();

        // The target of an error is the token itself, with the names of the service.
        ErrorRecord[] errors = [.. list.Errors, .. remove.Errors];
        string text = string.Join('\n', [
            Session.Host.Text, .. list.Verbose, .. list.Debug, .. remove.Verbose, File.Exists(journal) ? File.ReadAllText(journal) : "",
            .. errors.Select(ErrorText.Messages), .. errors.Select(error => error.CategoryInfo.ToString())]);
        Assert.Empty(SecretSearch.Find(text + string.Concat(errors.Select(ErrorText.Of)), Secret));
        Assert.Equal(-1, text.IndexOfAny(['\u0007', '\u202E']));
        Assert.DoesNotContain("\u001B]", text, StringComparison.Ordinal);
    }
}
