using System.Diagnostics;
using System.Security;
using System.Text;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Start-, Get- and Stop-ApiTokenSandbox, each in its own session.</summary>
public sealed class SandboxCmdletTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apitokens-");

    private static IEnumerable<string> EachConnection => ServiceCase.All.Select(service => service.Connection);

    public void Dispose()
    {
        _session.Run("Stop-ApiTokenSandbox");
        _session.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Start_NoParameters_StartsAProcessAndConnectsToAllServices()
    {
        PSObject sandbox = _session.Single("Start-ApiTokenSandbox");
        Assert.Equal(true, sandbox.Get("IsRunning"));
        Assert.True(((Uri)sandbox.Get("BaseUri")!).IsLoopback);
        using Process process = ProcessOf(sandbox);
        Assert.False(process.HasExited);
        Assert.Equal(EachConnection, _session.Output("Get-ApiTokenService").Texts("Name"));
        Assert.Equal(EachConnection, Services(sandbox).Texts("Service"));
        Assert.All(Services(sandbox), service => Assert.IsType<SecureString>(service.Get("Secret")));
    }

    [Fact]
    public void Start_SkipConnect_MakesNoConnection()
    {
        _session.Single("Start-ApiTokenSandbox -SkipConnect");
        Assert.Empty(_session.Output("Get-ApiTokenService"));
    }

    [Fact]
    public void Start_Tokens_FillsEachService()
    {
        _session.Single("Start-ApiTokenSandbox -Tokens 30");
        Assert.Equal(EachConnection, _session.Output("Get-ApiTokenService").Texts("Name"));
        Assert.All(
            EachConnection,
            connection => Assert.Equal(
                30,
                _session.Output(
                    "param($Connection) Get-ApiToken -Connection $Connection -Name token-* -Status Active, Inactive, Expired, Revoked",
                    connection).Count));
    }

    [Fact]
    public void Start_Latency_AnswersLate()
    {
        PSObject sandbox = _session.Single("Start-ApiTokenSandbox -Latency 150");
        var watch = Stopwatch.StartNew();
        Assert.NotEmpty(_session.Output("Get-ApiToken -Connection gcore"));
        Assert.True(watch.Elapsed.TotalMilliseconds > 145, $"It took {watch.Elapsed.TotalMilliseconds} ms.");
        Assert.Equal(true, sandbox.Get("IsRunning"));
    }

    [Fact]
    public void Start_DatabasePath_KeepsTokensButNoSecretInPlainText()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "a folder")).FullName;
        string parameters = $"-DatabasePath '{Path.Combine(folder, "sandbox.db")}'";
        Sandbox sandbox = Sandbox.Start(_session, parameters);
        PSObject[] tokens = [.. ServiceCase.All.Select(service => _session.Single(
            "param($Connection, $Name, $More) New-ApiToken -Connection $Connection -Name $Name @More",
            service.Connection,
            $"test-{Guid.NewGuid():n}",
            service.Issue))];
        string[] secrets = [.. tokens.Select(token => token.Secret()), .. Secrets(sandbox.Started)];
        Assert.Equal((2 * ServiceCase.All.Count) + ServiceCase.All.Count(service => service.HasLogin), secrets.Distinct().Count());
        secrets =
        [
            .. secrets,
            .. PeopleSecrets(sandbox.Started),
            _session.Single("Get-ApiToken -Connection devo -Id 2 -IncludeSecret").Secret(),
        ];
        _session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox", sandbox.Started).ShouldSucceed();

        string stored = string.Concat(Directory.GetFiles(folder).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.Contains(tokens[0].Text("Name"), stored, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, stored, StringComparison.Ordinal));

        // On another port, it would be another server, whose tokens are not these.
        sandbox = Sandbox.Start(_session, $"{parameters} -Port {sandbox.BaseUri.Port}");
        Assert.All(tokens, token => Assert.True(sandbox.Accepts(token)));
        _session.Run("param($Tokens) $Tokens | Remove-ApiToken", [tokens]).ShouldSucceed();
        Assert.All(tokens, token => Assert.False(sandbox.Accepts(token)));
    }

    [Fact]
    public void Start_Port_TakesIt()
    {
        PSObject first = _session.Single("Start-ApiTokenSandbox -SkipConnect");
        int port = ((Uri)first.Get("BaseUri")!).Port;
        _session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox", first).ShouldSucceed();
        PSObject second = _session.Single("param($Port) Start-ApiTokenSandbox -Port $Port -SkipConnect", port);
        Assert.Equal(port, ((Uri)second.Get("BaseUri")!).Port);
    }

    [Fact]
    public void Get_SeveralSandboxes_ListsThoseOfThisRunspace()
    {
        Assert.Empty(_session.Output("Get-ApiTokenSandbox"));
        PSObject first = _session.Single("Start-ApiTokenSandbox -SkipConnect");
        PSObject second = _session.Single("Start-ApiTokenSandbox -SkipConnect");
        Assert.Equal(new[] { first, second }.Texts("ProcessId"), ProcessIds());
        using (var other = new ModuleSession())
        {
            Assert.Empty(other.Output("Get-ApiTokenSandbox"));
        }

        _session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox", first).ShouldSucceed();
        Assert.Equal([second.Text("ProcessId")], ProcessIds());
        _session.Run("Stop-ApiTokenSandbox").ShouldSucceed();
        Assert.Empty(_session.Output("Get-ApiTokenSandbox"));
    }

    [Fact]
    public void Stop_Connections_RemovesThoseToTheSandboxAndNoOthers()
    {
        PSObject sandbox = _session.Single("Start-ApiTokenSandbox");
        _session.Single(
            "param($Token) Connect-ApiTokenService Devo domain -Token $Token -Region EU -Name real -SkipCheck",
            "abcdef0123456789".ToSecret());
        using Process process = ProcessOf(sandbox);
        _session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox", sandbox).ShouldSucceed();
        Assert.True(process.WaitForExit(5000));
        Assert.Equal(false, sandbox.Get("IsRunning"));
        Assert.Equal(["real"], _session.Output("Get-ApiTokenService").Texts("Name"));
    }

    [Fact]
    public void Stop_OneOfTwo_LeavesTheConnectionsToTheOther()
    {
        PSObject first = _session.Single("Start-ApiTokenSandbox");
        PSObject second = _session.Single("Start-ApiTokenSandbox");
        _session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox", first).ShouldSucceed();
        Assert.Equal(ServiceCase.All.Count, _session.Output("Get-ApiTokenService").Count);
        Assert.NotEmpty(_session.Output("Get-ApiToken -Connection *"));
        _session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox", second).ShouldSucceed();
        Assert.Empty(_session.Output("Get-ApiTokenService"));
    }

    [Fact]
    public void Stop_AlreadyStopped_Succeeds()
    {
        PSObject sandbox = _session.Single("Start-ApiTokenSandbox -SkipConnect");
        _session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox", sandbox).ShouldSucceed();
        _session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox -ErrorAction Stop", sandbox).ShouldSucceed();
        _session.Run("Stop-ApiTokenSandbox -ErrorAction Stop").ShouldSucceed();
    }

    private static Process ProcessOf(PSObject sandbox) => Process.GetProcessById((int)sandbox.Get("ProcessId")!);

    private static PSObject[] Services(PSObject sandbox) =>
        [.. ((System.Collections.IEnumerable)sandbox.Get("Services")!).Cast<object>().Select(PSObject.AsPSObject)];

    // The administrators' secrets and passwords.
    private static IEnumerable<string> Secrets(PSObject sandbox) =>
    [
        .. Services(sandbox).Select(service => service.Secret()),
        .. Services(sandbox)
            .Select(service => service.Get("Credential"))
            .OfType<PSCredential>()
            .Select(credential => credential.Password.ToText()),
    ];

    private static IEnumerable<string> PeopleSecrets(PSObject sandbox) => Services(sandbox)
        .SelectMany(service => ((System.Collections.IEnumerable)service.Get("People")!).Cast<object>().Select(PSObject.AsPSObject))
        .SelectMany(person => new[]
        {
            (person.Get("Secret") as SecureString)?.ToText(), (person.Get("Credential") as PSCredential)?.Password.ToText(),
        })
        .OfType<string>();

    private IReadOnlyList<string> ProcessIds() => _session.Output("Get-ApiTokenSandbox").Texts("ProcessId");
}
