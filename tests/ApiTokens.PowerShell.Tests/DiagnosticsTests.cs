using System.Net;
using System.Net.Sockets;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>What -Debug shows, what -SkipCheck sends, and errors that a script catches by their type.</summary>
public sealed class DiagnosticsTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void Debug_List_ShowsEachRequestOnce()
    {
        RunResult result = Run("Get-ApiToken -Connection gcore -Debug").ShouldSucceed();

        Assert.Matches(@"^GET /gcore/iam/v2/clients/1001/tokens: 200 in \d+ ms \(attempt 1\)$", Assert.Single(result.Debug));
    }

    [Fact]
    public void Debug_RemoveThatIsRetried_ShowsEachAttempt()
    {
        PSObject token = NewToken("gcore");
        Sandbox.AddFault(new { kind = "status", status = 503, service = "gcore", method = "DELETE", count = 1 });

        RunResult result = Run("param($Token) $Token | Remove-ApiToken -Debug -Confirm:$false", token).ShouldSucceed();

        string[] deletes = [.. result.Debug.Where(line => line.StartsWith("DELETE ", StringComparison.Ordinal))];
        Assert.Equal(2, deletes.Length);
        Assert.Contains(": 503 in ", deletes[0]);
        Assert.EndsWith("(attempt 2)", deletes[1]);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Debug_AnyCommand_ContainsNoSecret(string connection)
    {
        PSObject token = NewToken(connection);
        string debug = string.Join('\n', Run("param($Token) $Token | Find-ApiToken -Probe -Debug", token).Debug);

        Assert.NotEmpty(debug);
        Assert.DoesNotContain(token.Secret(), debug, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void NoDebug_List_WritesNoDebugText() => Assert.Empty(Run("Get-ApiToken -Connection gcore").ShouldSucceed().Debug);

    [Theory]
    [InlineData("Devo domain -Token")]
    [InlineData("Wegnology -Token")]
    [InlineData("Gcore 1001 -Token")]
    [InlineData("ApplicationUsers site -Token")]
    [InlineData("Wegnology -Credential")]
    [InlineData("Gcore 1001 -Credential")]
    public void SkipCheck_AnyService_SendsNothing(string parameters)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using ModuleSession session = new();

        session.Run(
            "param($Secret) "
                + $"$value = if ('{parameters}' -like '*Credential') {{ [pscredential]::new('user', $Secret) }} else {{ $Secret }}; "
                + $"Connect-ApiTokenService {parameters} $value -BaseUri http://127.0.0.1:{port} -SkipCheck",
            "secret".ToSecret()).ShouldSucceed();

        Assert.False(listener.Pending());
    }

    [Fact]
    public void Journal_FolderThatDoesNotExist_SaysSo()
    {
        string path = Path.Combine(Folder, "no-such-folder", "j.jsonl");

        ErrorRecord error = AssertRefused(
            "JournalNotOpened",
            "param($Token, $Path) $Token | Remove-ApiToken -JournalPath $Path -Confirm:$false",
            NewToken("gcore"),
            path);

        Assert.Contains("folder", error.ToString());
        Assert.Contains("does not exist", error.ToString());
    }

    [Fact]
    public void SkipCheck_GcoreWithoutAccount_IsRefused() =>
        Run("param($Secret) Connect-ApiTokenService Gcore -Token $Secret -SkipCheck", "secret".ToSecret()).ShouldFail("InvalidAccount");

    [Fact]
    public void Catch_ErrorIdOfTheException_TellsWhatFailed()
    {
        PSObject caught = Single(
            "try { Remove-ApiToken no-such-token -Connection devo -ErrorAction Stop } catch { $_.Exception }");

        Assert.Equal("ObjectNotFound", caught.Text("ErrorId"));
    }

    [Fact]
    public void Remove_ManyRowsWithoutAnyConnection_IsOneError()
    {
        using ModuleSession session = new();

        RunResult result = session.Run("1..100 | ForEach-Object { [pscustomobject] @{ Id = \"$_\" } } | Remove-ApiToken -Confirm:$false");

        result.ShouldFail("ConnectionNotFound");
    }

    [Fact]
    public void New_ManyRowsWithoutAnyConnection_IsOneError()
    {
        using ModuleSession session = new();

        RunResult result = session.Run("1..100 | ForEach-Object { [pscustomobject] @{ Name = \"n$_\" } } | New-ApiToken");

        result.ShouldFail("ConnectionNotFound");
    }

    [Fact]
    public void GetUnusedFor_SeveralServices_OnesThatCannotTellAreWarnings()
    {
        RunResult result = Run("Get-ApiToken -Connection * -UnusedFor 1d -ErrorAction Stop").ShouldSucceed();

        Assert.NotEmpty(result.Output);
        Assert.Contains(
            result.Warnings,
            warning => warning.StartsWith("devo (Devo example-domain) is not included: ", StringComparison.Ordinal));
        Assert.Equal(2, result.Warnings.Count);
    }

    [Fact]
    public void GetUnusedFor_OneServiceThatCannotTell_IsAnError() =>
        Run("Get-ApiToken -Connection devo -UnusedFor 1d").ShouldFail("OperationNotSupported");
}
