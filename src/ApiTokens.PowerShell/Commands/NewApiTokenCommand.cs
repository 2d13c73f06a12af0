using System.Management.Automation;
using ApiTokens.Audit;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Issues tokens. Each token is returned once with its secret, or the secret is saved in a vault or a file. Rows of a CSV file are
/// bound by property name.
/// </summary>
[Cmdlet(VerbsCommon.New, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(IssuedToken), typeof(PlainTextToken), typeof(ApiToken))]
public sealed class NewApiTokenCommand : IssueCmdlet
{
    private readonly Dictionary<TokenIdentity, int> _occurrences = [];
    private bool _hasWarnedOfExpiry;
    private bool _hasWarnedOfAccess;
    private IssuePolicy? _policy;

    /// <summary>The object from the pipeline, whose properties bind to the other parameters, such as a row of a CSV file.</summary>
    [Parameter(
        ValueFromPipeline = true,
        HelpMessage = "Specifies an object whose properties bind to the other parameters, such as a row of a CSV file.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public PSObject? InputObject { get; set; }

    /// <summary>The display name.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies the display name.")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>The time of expiry; in local time if it has no offset.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies when the token expires (WEGnology, Gcore).")]
    [DateTimeTransformation]
    [ArgumentCompleter(typeof(DateCompleter))]
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The lifetime from now: a TimeSpan, or 90d, 12h, 30m, 2w, 6mo, 1y.</summary>
    [Parameter(
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the lifetime of the token from now (WEGnology, Gcore, and in calendar months Application Users).")]
    [TokenLifetimeTransformation]
    [ArgumentCompleter(typeof(LifetimeCompleter))]
    public TokenLifetime? ExpiresIn { get; set; }

    /// <summary>The lifetime in calendar months; 3, 6 (default) or 12 for Application Users.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies the lifetime of the token in calendar months.")]
    [BlankAsNull]
    [ArgumentCompleter(typeof(MonthsCompleter))]
    public int? ExpirationMonths { get; set; }

    /// <summary>Issues a token that never expires (WEGnology, Gcore).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies that the token never expires (WEGnology, Gcore).")]
    [SwitchFromText]
    public SwitchParameter NeverExpires { get; set; }

    /// <summary>Removes an issued token whose secret was lost with the response.</summary>
    [Parameter(HelpMessage = "Removes a token whose secret was lost with the response.")]
    public SwitchParameter RemoveOrphan { get; set; }

    /// <summary>Writes the secret as plain text instead of a SecureString.</summary>
    [Parameter(HelpMessage = "Returns the secret as plain text instead of a SecureString.")]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>The SecretManagement vault that stores the secret. The token is then returned without it.</summary>
    [Parameter(HelpMessage = "Specifies a SecretManagement vault for the secret.")]
    [Alias("VaultName")]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>
    /// With -Vault: the name of the secret, or a script block that returns it for the token in $_; by default service/account/name.
    /// </summary>
    [Parameter(
        HelpMessage = "Specifies the name of the secret in the vault, as text or as a script block that returns a name for the token in "
            + "$_.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public SecretDestination? SecretName { get; set; }

    /// <summary>
    /// The path of a file for the secret, or a script block that returns it for the token in $_. Only the owner can read the file.
    /// </summary>
    [Parameter(HelpMessage = "Specifies a file for the secret: a path, or a script block that returns a path for the token in $_.")]
    public SecretDestination? Path { get; set; }

    /// <summary>
    /// A script block that deploys the secret where it is used: it gets the token in $_ and the secret as a SecureString in $args[0]. If it
    /// throws, the secret is not delivered.
    /// </summary>
    [Parameter(HelpMessage = "Specifies a script block that deploys the secret, with the token in $_ and the secret in $args[0].")]
    public ScriptBlock? Deploy { get; set; }

    /// <summary>Overwrites an existing secret or file.</summary>
    [Parameter(
        HelpMessage = "Overwrites an existing vault entry or file, and accepts a path that leaves the folder that the script block names.")]
    public SwitchParameter Force { get; set; }

    internal override string OperationName => JournalOperations.New;

    /// <summary>A policy file (.psd1). A token that it forbids is not issued.</summary>
    [Parameter(HelpMessage = "Specifies a policy file (.psd1), which can forbid the token.")]
    public string? Policy { get; set; }

    internal override bool WritesPlainText => AsPlainText;

    internal override bool ReturnsSecrets => !SavesSecrets;

    internal override IReadOnlyList<SecretDelivery> CreateDeliveries() =>
        SecretDelivery.Of(this, Vault, SecretName, Path, Deploy, Force);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _policy = ReadIssuePolicy(Policy);
        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject?.BaseObject is TokenPermission permission)
        {
            // It would bind by property name, and each permission would issue a token without that permission.
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    permission.Kind == "Api" ? nameof(Access) : permission.Kind == "Preset" ? nameof(Scope) : permission.Kind,
                    "permissions are not accepted from the pipeline, because they belong to one token.",
                    "Specify their values, such as -Scope (Get-ApiTokenPermission 'event.*').Value."),
                permission);
        }

        if (InputObject is not null && InputObject.BaseObject is not string && !TokenReference.IsRow(InputObject))
        {
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    nameof(InputObject),
                    $"an object of the type {ForeignText.Argument(InputObject.TypeNames[0])} does not describe a token.",
                    "Pipe the rows of a table, such as those of Import-Csv, or objects with the names of parameters."),
                InputObject);
        }

        TokenConnection? connection = null;
        try
        {
            connection = OneConnection(Connection);
            NewTokenRequest request = CreateRequest(Name, Expiry.From(ExpiresAt, ExpiresIn, ExpirationMonths, NeverExpires));
            Operation operation = new IssueOperation(connection, request, OccurrenceOf(connection, request))
            {
                Target = Name,
                RemoveOrphan = RemoveOrphan,
            };
            operation.Validate();
            _policy?.Check(connection, request);
            WarnOnce(connection, request);
            string description = request.Name.Length > 0 ? $"'{request.Name}'" : $"a token of '{request.User}'";
            var expected = new ApiToken
            {
                Connection = connection.Name,
                Service = connection.Service,
                Account = connection.Account,
                BaseUri = connection.BaseUri,
                Name = request.Name,
                Description = request.Description,
            };
            if (IsWhatIf)
            {
                CheckDestination(operation, expected);
            }

            if (Confirm($"{description}{Details(request)} on {Describe(connection)}", "Create API token"))
            {
                Queue(operation, expected);
            }
        }
        catch (ApiTokenException e)
        {
            // The rows of a file can have the same error.
            FailInput(e, Name, connection, row: InputObject is null || Name.Length == 0 ? null : $"'{ForeignText.Argument(Name)}'");
        }
    }

    private void WarnOnce(TokenConnection connection, NewTokenRequest request)
    {
        if (!_hasWarnedOfAccess && request.Access.Count == 0 && request.ApplyToAll is null
            && connection.Capabilities.Fields.HasFlag(NewTokenFields.Access))
        {
            _hasWarnedOfAccess = true;
            WriteWarning($"Without -Access or -ApplyToAll, a new token of {connection.Service} has no access to any API.");
        }

        if (!_hasWarnedOfExpiry && request.Expiry.IsServiceDefault && connection.Capabilities.Expiry == ExpiryChoice.AnyOrNever)
        {
            _hasWarnedOfExpiry = true;
            WriteWarning(
                $"By default, a new token of {connection.Service} never expires. Specify -ExpiresIn, such as -ExpiresIn 90d, or "
                    + "-NeverExpires if that is intended.");
        }
    }

    // The occurrence number distinguishes rows with the same request in a journal.
    private int OccurrenceOf(TokenConnection connection, NewTokenRequest request)
    {
        var identity = new TokenIdentity(connection.AccountIdentity, request.Fingerprint());
        return _occurrences[identity] = _occurrences.TryGetValue(identity, out int count) ? count + 1 : 1;
    }
}
