using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using ApiTokens.Audit;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
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

    private static readonly string[] InfoFields =
    [
        "Service", "Account", "Name", "Token", "Secret", "UserName", "Password", "Region", "BaseUri", "Proxy", "ProxyUserName",
        "ProxyPassword", "TokenLimit",
    ];

    /// <summary>The service.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = TokenSet,
        HelpMessage = "Specifies the service: Devo, Wegnology, Gcore or ApplicationUsers.")]
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = CredentialSet,
        HelpMessage = "Specifies the service: Devo, Wegnology, Gcore or ApplicationUsers.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string Service { get; set; } = string.Empty;

    /// <summary>The account: Devo domain, WEGnology user, application/{id} or instance/{id}, Gcore client id, site.</summary>
    [Parameter(
        Position = 1, ParameterSetName = TokenSet,
        HelpMessage = "Specifies the account: the Devo domain; user, application/{id} or instance/{id} for WEGnology; the Gcore client "
            + "id; the site of Application Users.")]
    [Parameter(
        Position = 1, ParameterSetName = CredentialSet,
        HelpMessage = "Specifies the account: the Devo domain; user, application/{id} or instance/{id} for WEGnology; the Gcore client "
            + "id; the site of Application Users.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string? Account { get; set; }

    /// <summary>The secret of a token that may manage tokens.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = TokenSet,
        HelpMessage = "Specifies the secret of a token with permission to manage tokens, as a SecureString.")]
    [Alias("Secret")]
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
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>The address, if it differs from the service's default.</summary>
    [Parameter(ParameterSetName = TokenSet, HelpMessage = "Specifies the address, if it is not the default of the service.")]
    [Parameter(ParameterSetName = CredentialSet, HelpMessage = "Specifies the address, if it is not the default of the service.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public Uri? BaseUri { get; set; }

    /// <summary>The name of the connection.</summary>
    [Parameter(HelpMessage = "Specifies the name of the connection.")]
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
            ConnectionRequest request = ParameterSetName == ConnectionInfoSet ? FromConnectionInfo() : FromParameters();
            TokenConnection connection = Wait(cancellationToken => TokenConnection.ConnectAsync(request, cancellationToken));
            Connections.Add(connection);
            TellUnknownAccount(connection);
            if (connection.CredentialLimit is { } limit)
            {
                WriteWarning(ForeignText.InMessage($"{connection.Name}: {limit}"));
            }

            WarnOfExpiry(connection, request);
            WriteObject(connection);
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, ParameterSetName == ConnectionInfoSet ? null : Service);
        }
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
            string part = notice.IsComplete
                ? string.Empty
                : string.Format(CultureInfo.InvariantCulture, "Of the first {0:N0} tokens, ", notice.Read);
            string count = notice.Count == 1
                ? "1 token expires"
                : string.Format(CultureInfo.InvariantCulture, "{0:N0} tokens expire", notice.Count);
            string first = FormattableString.Invariant($"the first on {notice.First.ExpiresAt:yyyy-MM-dd HH:mm} UTC");
            WriteWarning(ForeignText.InMessage(
                $"{connection.Name}: {part}{count} within 7 days, {first}: {notice.First}. "
                + $"To list them: Get-ApiToken -Connection {CommandText.Pattern(connection.Name)} -ExpiringWithin 7d"));
        }
    }

    private ConnectionRequest FromParameters() => new()
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
        Proxy = Proxy,
        ProxyUserName = ProxyCredential?.UserName,
        ProxyPassword = ProxyCredential?.Password,
        NoProxy = NoProxy,
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
        RequestsPerSecond = RequestsPerSecond > 0 ? RequestsPerSecond : null,
        TokenLimit = TokenLimit > 0 ? TokenLimit : null,
        SkipCheck = SkipCheck,
    };

    private ConnectionRequest FromConnectionInfo()
    {
        IEnumerable<string> keys = ConnectionInfo.Keys.Cast<object>().Select(key => key.ToString());
        if (keys.FirstOrDefault(key => !InfoFields.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw ApiTokenException.InvalidParameter(
                "ConnectionInfo",
                $"the field '{ForeignText.Argument(unknown)}' does not exist.",
                $"The fields are: {string.Join(", ", InfoFields)}.");
        }

        return new ConnectionRequest
        {
            Service = Text("Service")
                ?? throw ApiTokenException.InvalidParameter("ConnectionInfo", "the field 'Service' is missing.", "Add it."),
            Account = Text("Account"),
            Name = Name ?? Text("Name"),
            Secret = Secret("Token") ?? Secret("Secret"),
            UserName = Text("UserName"),
            Password = Secret("Password"),
            Region = Text("Region"),
            BaseUri = Address("BaseUri"),
            Proxy = Proxy ?? Address("Proxy"),
            ProxyUserName = ProxyCredential?.UserName ?? Text("ProxyUserName"),
            ProxyPassword = ProxyCredential?.Password ?? Secret("ProxyPassword"),
            NoProxy = NoProxy,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            RequestsPerSecond = RequestsPerSecond > 0 ? RequestsPerSecond : null,
            TokenLimit = TokenLimit > 0 ? TokenLimit : Count("TokenLimit"),
            SkipCheck = SkipCheck,
        };
    }

    private string? Text(string field) =>
        Value(field) is { } value && LanguagePrimitives.ConvertTo<string>(value) is { Length: > 0 } text ? text : null;

    private int? Count(string field) => Text(field) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) => count,
        var text => throw ApiTokenException.InvalidParameter(
            "ConnectionInfo", $"the field '{field}' is '{ForeignText.Argument(text)}', which is not a number.", "Specify a number."),
    };

    private Uri? Address(string field) => Text(field) is { } text ? new Uri(text, UriKind.RelativeOrAbsolute) : null;

    private SecureString? Secret(string field) => Value(field) switch
    {
        SecureString secret => secret,
        { } value => SecretText.ToSecureString(LanguagePrimitives.ConvertTo<string>(value)),
        null => null,
    };

    private object? Value(string field)
    {
        object? value = ConnectionInfo.Keys.Cast<object>()
            .Where(key => string.Equals(key.ToString(), field, StringComparison.OrdinalIgnoreCase))
            .Select(key => ConnectionInfo[key])
            .FirstOrDefault();
        return value is PSObject wrapped ? wrapped.BaseObject : value;
    }
}
