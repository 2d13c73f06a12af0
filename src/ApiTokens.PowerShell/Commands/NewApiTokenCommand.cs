using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Issues tokens; each comes back with its secret, once, or the secret goes to a vault or a file. Takes rows of a CSV file by property name.</summary>
[Cmdlet(VerbsCommon.New, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(IssuedToken), typeof(ApiToken))]
public sealed class NewApiTokenCommand : BulkCmdlet
{
    private readonly Dictionary<TokenIdentity, int> _occurrences = [];

    /// <summary>The display name.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Name { get; set; } = string.Empty;

    /// <summary>A longer description (WEGnology, Gcore).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BlankAsNull]
    public string? Description { get; set; }

    /// <summary>When it shall expire; without an offset, in the time of this machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [MomentTransformation]
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>How long from now it shall live: a TimeSpan, or 90d, 12h, 30m, 2w, 6mo, 1y.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TokenLifeTransformation]
    public TokenLife? ExpiresIn { get; set; }

    /// <summary>How many calendar months it shall live; Application Users takes 3, 6 (default) or 12.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BlankAsNull]
    public int? ExpirationMonths { get; set; }

    /// <summary>It shall never expire (WEGnology, Gcore).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SwitchFromText]
    public SwitchParameter NeverExpires { get; set; }

    /// <summary>WEGnology: All, ReadOnly, Cli or scope values. Devo: table and level URIs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>Devo: the APIs that shall accept it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AudienceCompleter))]
    public string[]? Audience { get; set; }

    /// <summary>Gcore: the role, by name or id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BlankAsNull]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string? Role { get; set; }

    /// <summary>Application Users: access by API, as a hashtable or as api=Full,api=Read.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AccessTransformation]
    [ArgumentCompleter(typeof(AccessCompleter))]
    public Dictionary<string, AccessLevel>? Access { get; set; }

    /// <summary>Application Users: one access level for every API, before -Access changes some.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BlankAsNull]
    public AccessLevel? ApplyToAll { get; set; }

    /// <summary>Whom it shall act for (Devo, Application Users).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BlankAsNull]
    public string? User { get; set; }

    /// <summary>The connection; the newest by default.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BlankAsNull]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>Removes a token that was issued and whose secret was lost with the answer.</summary>
    [Parameter]
    public SwitchParameter RemoveOrphan { get; set; }

    /// <summary>Writes the secret as plain text instead of a SecureString.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>The SecretManagement vault that takes the secret; the token then comes without it.</summary>
    [Parameter]
    [Alias("VaultName")]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>With -Vault: the secret's name, or a script block that makes it of the token in $_; service/account/name by default.</summary>
    [Parameter]
    public SecretPlace? SecretName { get; set; }

    /// <summary>A file that only its owner can read, for the secret; a path, or a script block that makes one of the token in $_.</summary>
    [Parameter]
    public SecretPlace? Path { get; set; }

    /// <summary>Overwrites what the vault or the file has already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override string OperationName => "New";

    internal override bool WritesPlainText => AsPlainText;

    internal override SecretDelivery? CreateDelivery() => SecretDelivery.Of(this, Vault, SecretName, Path, Force);

    internal override ConnectionReference[]? NamedConnections => Connection;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            TokenConnection connection = OneConnection();
            NewTokenRequest request = CreateRequest();
            Operation operation = new IssueOperation(connection, request, OccurrenceOf(connection, request)) { Target = Name, RemoveOrphan = RemoveOrphan };
            operation.Validate();
            string what = request.Name.Length > 0 ? $"'{request.Name}'" : $"a token of '{request.User}'";
            if (Ask($"{what} on {Describe(connection)}", "Create API token"))
            {
                Queue(
                    operation,
                    new ApiToken { Connection = connection.Name, Service = connection.Service, Account = connection.Account, Name = request.Name });
            }
        }
        catch (ApiTokenException e)
        {
            Fail(e, Name);
        }
    }

    private TokenConnection OneConnection()
    {
        TokenConnection[] found = Connection is null ? [DefaultConnection()] : [.. Connection.SelectMany(Resolve).Distinct()];
        return found.Length == 1 ? found[0] : throw new ApiTokenException(
            ErrorKind.InvalidArgument,
            $"-Connection: '{string.Join(", ", Connection!.Select(each => each.Name))}' are {found.Length} connections; a token is issued on one.",
            $"Name one of {string.Join(", ", found.Select(each => each.Name))}.",
            ErrorIds.AmbiguousConnection);
    }

    private NewTokenRequest CreateRequest() => new()
    {
        Name = Name,
        Description = Description,
        Expiry = Expiry.From(ExpiresAt, ExpiresIn, ExpirationMonths, NeverExpires),
        Scope = NotBlank(Scope),
        Audience = NotBlank(Audience),
        Role = Role,
        Access = Access ?? [],
        ApplyToAll = ApplyToAll,
        User = User,
    };

    // A journal tells rows of the input with the same request apart by it.
    private int OccurrenceOf(TokenConnection connection, NewTokenRequest request)
    {
        var identity = new TokenIdentity(connection.AccountIdentity, request.Fingerprint());
        return _occurrences[identity] = _occurrences.TryGetValue(identity, out int count) ? count + 1 : 1;
    }

    private static string[] NotBlank(string[]? texts) => [.. (texts ?? []).Where(text => !string.IsNullOrWhiteSpace(text))];
}
