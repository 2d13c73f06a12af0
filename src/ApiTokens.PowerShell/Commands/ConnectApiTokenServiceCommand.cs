using System.Collections;
using System.Management.Automation;
using System.Security;
using ApiTokens.Audit;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Connects the runspace to a service.</summary>
[Cmdlet(VerbsCommunications.Connect, "ApiTokenService", DefaultParameterSetName = TokenSet)]
[OutputType(typeof(TokenConnection))]
public sealed class ConnectApiTokenServiceCommand : ApiTokenCmdlet
{
    private const string TokenSet = "Token";
    private const string CredentialSet = "Credential";
    private const string ConnectionInfoSet = "ConnectionInfo";
    private const string VaultSet = "Vault";
    private const string PathSet = "Path";
    private const string ServiceHelp = "Specifies the service: Devo, Wegnology, Gcore or ApplicationUsers.";
    private const string AccountHelp = "Specifies the account: the Devo domain; user, application/{id} or instance/{id} for WEGnology; the "
        + "Gcore client id; the site of Application Users.";

    private readonly HashSet<string> _vaults = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The service.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TokenSet, HelpMessage = ServiceHelp)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = CredentialSet, HelpMessage = ServiceHelp)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = VaultSet, HelpMessage = ServiceHelp)]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string Service { get; set; } = string.Empty;

    /// <summary>The account: Devo domain, WEGnology user, application/{id} or instance/{id}, Gcore client id, site.</summary>
    [Parameter(Position = 1, ParameterSetName = TokenSet, HelpMessage = AccountHelp)]
    [Parameter(Position = 1, ParameterSetName = CredentialSet, HelpMessage = AccountHelp)]
    [Parameter(Position = 1, ParameterSetName = VaultSet, HelpMessage = AccountHelp)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string? Account { get; set; }

    /// <summary>The secret of a token that may manage tokens.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = TokenSet,
        HelpMessage = "Specifies the secret of a token with permission to manage tokens, as a SecureString.")]
    [Alias("Secret")]
    [SecureStringTransformation]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public SecureString Token { get; set; } = null!;

    /// <summary>The user name and password to log in with (WEGnology, Gcore).</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = CredentialSet,
        HelpMessage = "Specifies the user name and the password for the login (WEGnology, Gcore).")]
    [Credential]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public PSCredential Credential { get; set; } = null!;

    /// <summary>The one-time code of a second factor.</summary>
    [Parameter(ParameterSetName = CredentialSet, HelpMessage = "Specifies the code of the user's second factor.")]
    [SecureStringTransformation]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public SecureString? OneTimePassword { get; set; }

    /// <summary>All values in a hashtable or an object with properties, such as a connection asset of Azure Automation.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = ConnectionInfoSet,
        HelpMessage = "Specifies all settings in one hashtable or object with properties, such as a connection asset of Azure Automation.")]
    [ConnectionInfoTransformation]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public Hashtable ConnectionInfo { get; set; } = [];

    /// <summary>The region (Devo).</summary>
    [Parameter(ParameterSetName = TokenSet, HelpMessage = "Specifies the region of Devo: US, EU, CA, APAC, US3 or ES.")]
    [Parameter(ParameterSetName = CredentialSet, HelpMessage = "Specifies the region of Devo: US, EU, CA, APAC, US3 or ES.")]
    [Parameter(ParameterSetName = VaultSet, HelpMessage = "Specifies the region of Devo: US, EU, CA, APAC, US3 or ES.")]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>The address, if it differs from the service's default.</summary>
    [Parameter(ParameterSetName = TokenSet, HelpMessage = "Specifies the address, if it is not the default of the service.")]
    [Parameter(ParameterSetName = CredentialSet, HelpMessage = "Specifies the address, if it is not the default of the service.")]
    [Parameter(ParameterSetName = VaultSet, HelpMessage = "Specifies the address, if it is not the default of the service.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public Uri? BaseUri { get; set; }

    /// <summary>The vault of SecretManagement with the credential.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = VaultSet, HelpMessage = "Specifies the vault of SecretManagement that has the credential.")]
    [Alias("VaultName")]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string Vault { get; set; } = string.Empty;

    /// <summary>The name of the credential in the vault: the secret of a token, or a user name and password.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = VaultSet,
        HelpMessage = "Specifies the name of the credential in the vault: the secret of a token, or a PSCredential for the login.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string SecretName { get; set; } = string.Empty;

    /// <summary>A file with the settings of several connections (.psd1), without secrets.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = PathSet,
        HelpMessage = "Specifies a file (.psd1) with the settings of several connections, and the names of their secrets in vaults.")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The name of the connection.</summary>
    [Parameter(ParameterSetName = TokenSet, HelpMessage = "Specifies the name of the connection.")]
    [Parameter(ParameterSetName = CredentialSet, HelpMessage = "Specifies the name of the connection.")]
    [Parameter(ParameterSetName = ConnectionInfoSet, HelpMessage = "Specifies the name of the connection.")]
    [Parameter(ParameterSetName = VaultSet, HelpMessage = "Specifies the name of the connection.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string? Name { get; set; }

    /// <summary>The timeout of one request, in seconds.</summary>
    [Parameter(HelpMessage = "Specifies the timeout of one request, in seconds.")]
    [ValidateRange(1, 3600)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int TimeoutSec { get; set; } = 100;

    /// <summary>The maximum number of requests per second. The default for Gcore is its documented limit of 100.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of requests per second of the connection.")]
    [ValidateRange(0.1, 100_000)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public double RequestsPerSecond { get; set; }

    /// <summary>
    /// The maximum number of tokens of the account (Gcore), if it differs from the documented limit. A token beyond it is not issued.
    /// </summary>
    [Parameter(
        HelpMessage = "Specifies the maximum number of tokens of a Gcore account, if it differs from the documented limit of 100, for "
            + "example by contract.")]
    [ValidateRange(1, 1_000_000)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int TokenLimit { get; set; }

    /// <summary>The address of a proxy. Requests to this machine never use a proxy.</summary>
    [Parameter(HelpMessage = "Specifies the address of a proxy, such as http://proxy.example.com:8080.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public Uri? Proxy { get; set; }

    /// <summary>The user name and password for the proxy.</summary>
    [Parameter(HelpMessage = "Specifies the user name and the password for -Proxy.")]
    [Credential]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Uses no proxy, not even the system's.</summary>
    [Parameter(HelpMessage = "Uses no proxy, not even the one that the system or an environment variable specifies.")]
    public SwitchParameter NoProxy { get; set; }

    /// <summary>Skips the request that proves the credential.</summary>
    [Parameter(HelpMessage = "Skips the request that verifies the credential and the request that checks for tokens about to expire.")]
    public SwitchParameter SkipCheck { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            if (ParameterSetName == PathSet)
            {
                ConnectEach(ConnectionFile.Read(GetUnresolvedProviderPathFromPSPath(Path)));
                return;
            }

            Connect(ParameterSetName switch
            {
                ConnectionInfoSet => Common(new ConnectionFields(ConnectionInfo, nameof(ConnectionInfo)).ToRequest()),
                VaultSet => WithVault(FromParameters(), Vault, SecretName),
                _ => FromParameters(),
            });
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, ParameterSetName switch
            {
                ConnectionInfoSet => null,
                PathSet => Path,
                _ => Service,
            });
        }
    }

    // A connection that fails does not prevent the others.
    private void ConnectEach(IReadOnlyList<ConnectionEntry> entries)
    {
        foreach (ConnectionEntry entry in entries)
        {
            try
            {
                Connect(WithVault(Common(entry.Request), entry.Vault, entry.SecretName));
            }
            catch (ApiTokenException e)
            {
                Fail(e, entry.Name);
            }
        }
    }

    private void Connect(ConnectionRequest request)
    {
        TokenConnection connection = Wait(cancellationToken => TokenConnection.ConnectAsync(request, cancellationToken));
        Connections.Add(connection);
        TellUnknownAccount(connection);
        if (connection.CredentialLimit is { } limit)
        {
            WriteWarning(ForeignText.InMessage($"{connection.Name}: {limit}"));
        }

        WarnOfExpiry(connection, request);
        WriteConnection(connection);
    }

    private ConnectionRequest WithVault(ConnectionRequest request, string vault, string secretName)
    {
        var source = new SecretVault(this, vault);
        if (_vaults.Add(vault))
        {
            source.Check();
        }

        return source.ReadCredential(secretName) switch
        {
            PSCredential login => request with { UserName = login.UserName, Password = login.Password },
            var password when request.UserName is not null => request with { Password = (SecureString)password },
            var secret => request with { Secret = (SecureString)secret },
        };
    }

    // Tokens of different accounts with this name cannot be distinguished.
    private void TellUnknownAccount(TokenConnection connection)
    {
        if (!connection.IsAccountKnown)
        {
            WriteVerbose(ForeignText.InMessage(
                $"{connection.Service} did not tell the id of the user. The account of {connection.Name} is called "
                + $"'{connection.Account}', as that of every such user."));
        }
    }

    // The connection has succeeded, so a failure here is only a verbose message.
    private void WarnOfExpiry(TokenConnection connection, ConnectionRequest request)
    {
        if (request.SkipCheck)
        {
            return;
        }

        ExpiryNotice notice;
        try
        {
            notice = Wait(cancellationToken => ExpiryNotice.ReadAsync(connection, cancellationToken));
        }
        catch (ApiTokenException e)
        {
            WriteVerbose(ForeignText.InMessage($"Could not check whether tokens of {connection.Name} expire soon: {e.Message}"));
            return;
        }

        if (notice.First is null)
        {
            string first = notice.IsComplete ? string.Empty : "first ";
            WriteVerbose($"None of the {first}{notice.Read} tokens of {connection.Name} expires within 7 days.");
        }
        else
        {
            WriteWarning(ForeignText.InMessage(ExpiryWarning.Of(connection, notice)));
        }
    }

    private ConnectionRequest FromParameters() => Common(new ConnectionRequest
    {
        Service = Service,
        Account = Account,
        Name = Name,
        Secret = Token,
        UserName = Credential?.UserName,
        Password = Credential?.Password,
        OneTimePassword = OneTimePassword is { } code ? SecretText.ToPlainText(code) : null,
        Region = Region,
        BaseUri = BaseUri,
    });

    // The parameters of every connection override the settings of a table.
    private ConnectionRequest Common(ConnectionRequest request) => request with
    {
        Name = Name ?? request.Name,
        Proxy = Proxy ?? request.Proxy,
        ProxyUserName = ProxyCredential?.UserName ?? request.ProxyUserName,
        ProxyPassword = ProxyCredential?.Password ?? request.ProxyPassword,
        NoProxy = NoProxy || request.NoProxy,
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
        RequestsPerSecond = RequestsPerSecond > 0 ? RequestsPerSecond : request.RequestsPerSecond,
        TokenLimit = TokenLimit > 0 ? TokenLimit : request.TokenLimit,
        SkipCheck = SkipCheck,
    };
}
