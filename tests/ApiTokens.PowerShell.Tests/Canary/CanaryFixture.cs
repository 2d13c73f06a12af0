using System.Collections;
using System.Management.Automation.Language;
using System.Text;
using ApiTokens.PowerShell.Tests.Display;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Canary;

/// <summary>
/// A session that runs every cmdlet with all streams enabled. Its output is in a folder: streams.txt has the content of all
/// streams, host.txt has the output of the host, and there are the journals, the reports and the sandbox's database.
/// </summary>
public sealed class CanaryFixture : IDisposable
{
    private const string Verbosely = "-Verbose -Debug -InformationAction Continue -WarningAction Continue -ErrorAction Continue";

    // Two words that are in no message, because a part of a secret also counts.
    private const string ProxyPassword = "zq8Wv-Hj2kXs-93bT";

    private readonly ModuleSession _session = new();
    private readonly ListViewFixture _lists = new();
    private readonly StringBuilder _streams = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apitokens-");

    // For files that must contain secrets: the secret file of a user, and the findings of a scanner.
    private readonly DirectoryInfo _elsewhere = Directory.CreateTempSubdirectory("apitokens-");
    private readonly HashSet<string> _commands = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<PSObject> _issued = [];

    public CanaryFixture()
    {
        PSObject sandbox = Run("param($Path) Start-ApiTokenSandbox -DatabasePath $Path", File("sandbox.db")).Single;
        PSObject[] services = [.. ((IEnumerable)sandbox.Get("Services")!).Cast<object>().Select(PSObject.AsPSObject)];
        Run("Get-ApiTokenSandbox");
        foreach (PSObject service in services)
        {
            Connect(service);
        }

        Run("Get-ApiTokenService");
        foreach (ServiceCase service in ServiceCase.All)
        {
            UseTokens(service);
        }

        IReadOnlyList<PSObject> tokens = Run("Get-ApiToken -Connection *").Output;
        IReadOnlyList<PSObject> findings = Run(
            "param($Tokens) $Tokens | Test-ApiToken -MaximumLife 30d -KnownUser nobody@example.com",
            tokens.Concat(_issued).ToList()).Output;
        foreach (string extension in new[] { "html", "csv", "json", "md", "prom" })
        {
            Run(
                "param($Path, $Objects) $Objects | Export-ApiTokenReport -Path $Path",
                File($"report.{extension}"),
                tokens.Concat(_issued).Concat(findings).ToList());
        }

        IReadOnlyList<PSObject> changes = Run(
            "param($Issued) Compare-ApiToken -ReferenceObject $Issued -Connection *", _issued).Output;
        Run("param($Path) Compare-ApiToken -ReferencePath $Path", File("report.json"));
        foreach (string extension in new[] { "html", "json", "md" })
        {
            Run("param($Path, $Objects) $Objects | Export-ApiTokenReport -Path $Path", File($"changes.{extension}"), changes);
        }

        foreach (ServiceCase service in ServiceCase.All)
        {
            UseRemovedToken(service);
        }

        IReadOnlyList<PSObject> operations = Run("param($Path) Get-ApiTokenJournal $Path", File("*.journal")).Output;
        Run("param($Path) Get-ApiTokenJournal $Path -Summary", File("*.journal"));
        foreach (string extension in new[] { "html", "json", "md" })
        {
            Run("param($Path, $Objects) $Objects | Export-ApiTokenReport -Path $Path", File($"record.{extension}"), operations);
        }

        UseVault(services);
        UseProxy(services[0]);
        foreach (PSObject error in _session.Output("$Error"))
        {
            Record((ErrorRecord)error.BaseObject);
        }

        Run("Stop-ApiTokenSandbox");
        Secrets =
        [
            .. _issued.Select(token => token.Secret()),
            .. services.Select(service => service.Secret()),
            .. services.Select(service => service.Get("Credential"))
                .OfType<PSCredential>()
                .Select(credential => credential.Password.ToText()),
            ProxyPassword,
        ];
        System.IO.File.WriteAllText(File("streams.txt"), _streams.ToString());
        System.IO.File.WriteAllText(File("host.txt"), _session.Host.Text + _lists.Session.Host.Text);
    }

    /// <summary>All cmdlets of the module.</summary>
    public IReadOnlyList<string> Cmdlets => _session.Output("Get-Command -Module ApiTokens -CommandType Cmdlet").Texts("Name");

    /// <summary>The commands that the session used.</summary>
    public IReadOnlySet<string> Commands => _commands;

    /// <summary>All secrets of the session.</summary>
    public IReadOnlyList<string> Secrets { get; }

    /// <summary>The folder with the output of the session.</summary>
    public string Folder => _folder.FullName;

    public void Dispose()
    {
        _session.Run("Get-ApiTokenSandbox | Stop-ApiTokenSandbox");
        _session.Dispose();
        _lists.Dispose();
        _folder.Delete(recursive: true);
        _elsewhere.Delete(recursive: true);
    }

    private string File(string name) => Path.Combine(Folder, name);

    private void Connect(PSObject service)
    {
        Run("param($S) Connect-ApiTokenService $S.Service $S.Account -Token $S.Secret -BaseUri $S.BaseUri", service);
        if (service.Get("Credential") is not null)
        {
            Run("param($S) Connect-ApiTokenService $S.Service -Credential $S.Credential -BaseUri $S.BaseUri -Name login", service);
            Run("Disconnect-ApiTokenService login");
        }
    }

    // A proxy that rejects its credential, and an address with a password.
    private void UseProxy(PSObject service)
    {
        using var proxy = new RefusingProxy();
        var credential = new PSCredential("proxyuser", ProxyPassword.ToSecret());
        const string Connect = "param($S, $Proxy, $Credential) Connect-ApiTokenService $S.Service $S.Account -Token $S.Secret "
            + "-BaseUri https://service.example -Proxy $Proxy -ProxyCredential $Credential -Name proxied";
        Run(Connect, service, proxy.Address, credential);
        Run(Connect, service, $"http://proxyuser:{ProxyPassword}@127.0.0.1:{proxy.Address.Port}", credential);
        Run($"{Connect} -SkipCheck", service, proxy.Address, credential);
        Run("Get-ApiToken -Connection proxied");
    }

    // A vault with the credentials, and a file of connections that contains a secret by mistake.
    private void UseVault(PSObject[] services)
    {
        var secrets = new Hashtable();
        foreach (PSObject service in services)
        {
            secrets[service.Text("Service")] = service.Get("Secret");
        }

        FakeVault.Import(_session, secrets);
        PSObject first = services[0];
        Run(
            "param($S) Connect-ApiTokenService $S.Service $S.Account -BaseUri $S.BaseUri -Vault ops -SecretName $S.Service -Name vault",
            first);
        Run("param($S) Connect-ApiTokenService $S.Service -BaseUri $S.BaseUri -Vault ops -SecretName none", first);
        string policy = Path.Combine(_elsewhere.FullName, "policy.psd1");
        System.IO.File.WriteAllText(policy, "@{ MaximumLife = '1d'; VaultToken = '*' }");
        Run("param($Path) Test-ApiToken -Connection * -Vault ops -Policy $Path", policy);
        Run("param($Path, $More) New-ApiToken -Connection gcore -Name never @More -Policy $Path", policy, ServiceCase.Of("gcore").Issue);
        string file = Path.Combine(_elsewhere.FullName, "connections.psd1");
        System.IO.File.WriteAllText(file, $"@{{ Connections = @(@{{ Service = 'Gcore'; Token = '{first.Secret()}' }}) }}");
        Run("param($Path) Connect-ApiTokenService -Path $Path", file);
    }

    private void UseTokens(ServiceCase service)
    {
        string name = service.Connection;
        string secretFile = Path.Combine(_elsewhere.FullName, $"{name}.secret");
        string leaks = Path.Combine(_elsewhere.FullName, $"{name}.leaks");
        Run("param($Name) Get-ApiTokenPermission -Connection $Name", name);
        Run("param($Name) Get-ApiTokenUser -Connection $Name", name);
        Run("param($Name, $More) New-ApiToken -Connection $Name -Name canary @More -WhatIf", name, service.Issue);
        PSObject token = Issued(
            Run(
                "param($Name, $More, $Journal) New-ApiToken -Connection $Name -Name canary @More -JournalPath $Journal",
                name,
                service.Issue,
                File($"new-{name}.journal")));
        Run("param($Token, $Path) $Token | Save-ApiTokenSecret -Path $Path -PassThru", token, secretFile);
        Run("param($Token, $Path) $Token | Save-ApiTokenSecret -Path $Path", token, secretFile);
        Run("param($Token) Reset-ApiToken $Token -WhatIf", token);
        token = Issued(Run("param($Token, $Journal) Reset-ApiToken $Token -JournalPath $Journal", token, File($"reset-{name}.journal")));
        token = Issued(
            Run(
                "param($Token, $Journal) Reset-ApiToken $Token -GracePeriod 1d -JournalPath $Journal",
                token,
                File($"grace-{name}.journal")));
        Run("param($Journal) Remove-ApiToken -Due -JournalPath $Journal", File($"grace-{name}.journal"));
        token = DeployAndVerify(token);
        Run("param($Token) Rename-ApiToken $Token -NewName canary-2 -PassThru", token);
        Run("param($Token) Set-ApiToken $Token -Description 'a description' -PassThru", token);
        Run("param($Name) Set-ApiTokenService $Name -Default -PassThru", name);
        Run("param($Token) Disable-ApiToken $Token -PassThru", token);
        Run("param($Token) Enable-ApiToken $Token -PassThru", token);
        string quarantine = File($"quarantine-{name}.journal");
        Run(
            "param($Token, $Journal, $Reason) Disable-ApiToken $Token -RemoveAfter 7d -JournalPath $Journal -Reason $Reason",
            token,
            quarantine,
            $"leaked: {token.Secret()}");
        Run("param($Token, $Journal) Enable-ApiToken $Token -JournalPath $Journal", token, quarantine);
        Run("param($Token, $Journal) Remove-ApiToken $Token -After 7d -JournalPath $Journal", token, File($"staged-{name}.journal"));
        Run("param($Token, $Journal) Enable-ApiToken $Token -JournalPath $Journal", token, File($"staged-{name}.journal"));
        Run("param($Name, $Id) Get-ApiToken -Connection $Name -Id $Id", name, token.Text("Id"));
        UseTokenForOneJob(service);
        Run("param($Name, $Id) Get-ApiToken -Connection $Name -Id $Id -IncludeSecret", name, token.Text("Id"));
        Run("param($Token) Find-ApiToken $Token.Secret", token);
        Run("param($Token) Find-ApiToken $Token.Secret -Probe", token);
        Run("param($Secret) Find-ApiToken $Secret", $"unknown-{Guid.NewGuid()}".ToSecret());
        System.IO.File.WriteAllText(leaks, $"leaked: {token.Secret()}\n");
        Run("param($Path) Find-ApiToken -Path $Path", leaks);
    }

    private void UseTokenForOneJob(ServiceCase service)
    {
        var more = (Hashtable)service.Issue.Clone();
        more.Remove("ExpiresIn");
        var secrets = new List<object>();
        Run(
            "param($Name, $More, $Journal, $Secrets) Use-ApiToken -Connection $Name @More -JournalPath $Journal "
                + "{ $Secrets.Add([pscustomobject]@{ Secret = $args[0] }); $_ }",
            service.Connection,
            more,
            File($"use-{service.Connection}.journal"),
            secrets);
        _issued.Add(PSObject.AsPSObject(Assert.Single(secrets)));
    }

    // Script blocks that write the secret, and fail. What a script block throws is in $Error as it is.
    private PSObject DeployAndVerify(PSObject token)
    {
        const string Plain = "$([Net.NetworkCredential]::new('', $args[0]).Password)";
        Run($"param($Token) $Token | Save-ApiTokenSecret -Deploy {{ \"{Plain}\" }}", token);
        Run("param($Token) $Token | Save-ApiTokenSecret -Deploy { throw 'refused' }", token);
        Issued(Run("param($Token) $Token | Reset-ApiToken -Deploy { throw 'refused' }", token));
        Issued(Run($"param($Token) $Token | Reset-ApiToken -Verify {{ \"{Plain}\"; throw 'refused' }}", token));
        return Issued(Run($"param($Token) $Token | Reset-ApiToken -Verify {{ \"{Plain}\" }}", token));
    }

    private void UseRemovedToken(ServiceCase service)
    {
        string name = service.Connection;
        PSObject token = _issued.Last(issued => issued.Text("Connection") == name);
        Run("param($Token) Remove-ApiToken $Token -WhatIf", token);
        Run("param($Token, $Journal) Remove-ApiToken $Token -JournalPath $Journal -PassThru", token, File($"remove-{name}.journal"));
        Run("param($Token) Remove-ApiToken $Token", token);

        // A credential that is no longer valid: the messages of the service about it are part of the errors.
        PSObject of = Run("param($Name) Get-ApiTokenService $Name", name).Single;
        Run(
            "param($Of, $Token) Connect-ApiTokenService $Of.Service $Of.Account -Token $Token.Secret -BaseUri $Of.BaseUri "
                + "-Name dead -SkipCheck",
            of,
            token);
        Run("Get-ApiToken -Connection dead");
        Run("param($More) New-ApiToken -Connection dead -Name never @More", service.Issue);
        Run(
            "param($Of, $Token) Connect-ApiTokenService $Of.Service $Of.Account -Token $Token.Secret -BaseUri $Of.BaseUri -Name dead",
            of,
            token);
        Run("param($Plain, $Name) Remove-ApiToken $Plain -Connection $Name", token.Secret(), name);
        Run("param($Plain, $Name) Get-ApiToken $Plain -Connection $Name", token.Secret(), name);
    }

    private PSObject Issued(RunResult result)
    {
        _issued.Add(result.Single);
        return result.Single;
    }

    // Runs a script, whose last command gets the parameters for all streams, and records what it wrote.
    private RunResult Run(string script, params object?[] arguments)
    {
        _commands.UnionWith(Parser.ParseInput(script, out _, out _).FindAll(node => node is CommandAst, searchNestedScriptBlocks: true)
            .Select(node => ((CommandAst)node).GetCommandName()).OfType<string>());
        RunResult result = _session.Run($"{script} {Verbosely}", arguments);
        result.Errors.ToList().ForEach(Record);
        foreach (string line in result.Warnings.Concat(result.Verbose).Concat(result.Debug))
        {
            Write(line);
        }

        foreach (InformationRecord record in result.Information)
        {
            Write(record.ToString());
            Record(record.MessageData, 3);
        }

        foreach (ProgressRecord record in result.Progress)
        {
            Write($"{record} {record.Activity} {record.StatusDescription} {record.CurrentOperation}");
        }

        foreach (PSObject value in result.Output)
        {
            Write(PSSerializer.Serialize(value, 4));
            Record(value, 3);
            Show(value);
        }

        return result;
    }

    private void Write(string text) => _streams.AppendLine(text);

    // All texts of an error.
    private void Record(ErrorRecord error)
    {
        Write(
            $"{error} {error.FullyQualifiedErrorId} {error.CategoryInfo} {error.ErrorDetails?.Message} {error.Advice()} "
                + $"{error.InvocationInfo?.PositionMessage} {error.ScriptStackTrace}");
        Record(error.TargetObject, 2);
        for (Exception? exception = error.Exception; exception is not null; exception = exception.InnerException)
        {
            Write(exception.ToString());
            Record(exception, 1);
            foreach (DictionaryEntry entry in exception.Data)
            {
                Write($"{entry.Key} {entry.Value}");
            }
        }

        Show(PSObject.AsPSObject(error));
    }

    // An object and its properties as text.
    private void Record(object? value, int depth)
    {
        if (value is null)
        {
            return;
        }

        Write(LanguagePrimitives.ConvertTo<string>(value));
        if (depth == 0)
        {
            return;
        }

        if (LanguagePrimitives.GetEnumerable(value) is { } items)
        {
            foreach (object? item in items)
            {
                Record(item, depth - 1);
            }

            return;
        }

        foreach (PSPropertyInfo property in PSObject.AsPSObject(value).Properties.Where(property => property.IsGettable))
        {
            Write(property.Name);
            Record(property.Value, depth - 1);
        }
    }

    // An object in its table and in its list view.
    private void Show(PSObject value)
    {
        _session.Run("param($Value) $Value | Out-Host", value).ShouldSucceed();
        _lists.Session.Run("param($Value) $Value | Out-Host", value).ShouldSucceed();
    }
}
