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
/// Resets tokens: issues a new token, delivers and verifies its secret, and only then retires the old token. If the service supports
/// it and the parameters do not require two tokens, the secret is replaced in place.
/// </summary>
[Cmdlet(VerbsCommon.Reset, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = TokenSet)]
[OutputType(typeof(IssuedToken), typeof(PlainTextToken), typeof(ApiToken))]
public sealed class ResetApiTokenCommand : TokenCmdlet
{
    private const string OwnSet = "Own";

    private IssuePolicy? _policy;

    /// <summary>
    /// Resets the token that each connection itself uses. The connections use the new secret, once it is delivered and proved.
    /// </summary>
    [Parameter(
        Mandatory = true, ParameterSetName = OwnSet,
        HelpMessage = "Resets the token that the connection itself uses, and lets the connection use the new secret.")]
    public SwitchParameter Own { get; set; }

    /// <summary>The time of expiry. Without an expiry parameter, the new token has the same lifetime as the old token.</summary>
    [Parameter(HelpMessage = "Specifies when the new token expires.")]
    [DateTimeTransformation]
    [ArgumentCompleter(typeof(DateCompleter))]
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The lifetime from now.</summary>
    [Parameter(HelpMessage = "Specifies the lifetime of the new token from now.")]
    [TokenLifetimeTransformation]
    [ArgumentCompleter(typeof(LifetimeCompleter))]
    public TokenLifetime? ExpiresIn { get; set; }

    /// <summary>The lifetime in calendar months from now.</summary>
    [Parameter(HelpMessage = "Specifies the lifetime of the new token in calendar months.")]
    [ArgumentCompleter(typeof(MonthsCompleter))]
    public int? ExpirationMonths { get; set; }

    /// <summary>Issues a token that never expires.</summary>
    [Parameter(HelpMessage = "Specifies that the new token never expires (WEGnology, Gcore).")]
    public SwitchParameter NeverExpires { get; set; }

    /// <summary>Another scope for the new token. WEGnology: All, ReadOnly, Cli or scope values. Devo: table and level URIs.</summary>
    [Parameter(HelpMessage = "Specifies another scope for the new token.")]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>Devo: other APIs that accept the new token.</summary>
    [Parameter(HelpMessage = "Specifies other APIs that accept the new token (Devo).")]
    [ArgumentCompleter(typeof(AudienceCompleter))]
    public string[]? Audience { get; set; }

    /// <summary>Gcore: another role for the new token, by name or id. Losant: another maximum role.</summary>
    [Parameter(HelpMessage = "Specifies another role for the new token, by name or id (Gcore), or another maximum role (Losant).")]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string? Role { get; set; }

    /// <summary>Application Users: the access levels of the new token by API; other APIs keep their level.</summary>
    [Parameter(
        HelpMessage = "Specifies access levels of the new token by API, as a hashtable or as api=Full,api=Read (Application Users).")]
    [AccessTransformation]
    [ArgumentCompleter(typeof(AccessCompleter))]
    public Dictionary<string, AccessLevel>? Access { get; set; }

    /// <summary>Application Users: the access level of the new token for every API. -Access overrides it for single APIs.</summary>
    [Parameter(HelpMessage = "Specifies the access level of the new token for every API (Application Users).")]
    [AccessLevelTransformation]
    public AccessLevel? ApplyToAll { get; set; }

    /// <summary>The action on the old token: Remove (default), Disable if the service supports it, or Keep.</summary>
    [Parameter(HelpMessage = "Specifies what to do with the old token: Remove, Disable (if the service supports it), or Keep.")]
    public OldTokenAction Predecessor { get; set; }

    /// <summary>
    /// The time for which both tokens work: a TimeSpan, or 1d, 12h, 30m. The journal records when the old token is due, and
    /// Remove-ApiToken -Due retires it.
    /// </summary>
    [Parameter(HelpMessage = "Specifies how long the old token and the new token both work.")]
    [DurationTransformation]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? GracePeriod { get; set; }

    /// <summary>Replaces the secret in place (Application Users). The old secret stops working immediately.</summary>
    [Parameter(HelpMessage = "Requires a new secret in the same token (Application Users).")]
    public SwitchParameter InPlace { get; set; }

    /// <summary>
    /// Retires the old token although the new secret was not verified, for networks where the service cannot be asked for it.
    /// </summary>
    [Parameter(HelpMessage = "Retires the old token although the new secret was not verified.")]
    public SwitchParameter SkipProof { get; set; }

    /// <summary>The SecretManagement vault that stores the new secret. The token is then returned without it.</summary>
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

    /// <summary>
    /// A script block that verifies the new secret where it is used, before the old token is retired: it gets the new token in $_ and its
    /// secret in $args[0]. If it throws or returns $false, the old token is kept.
    /// </summary>
    [Parameter(HelpMessage = "Specifies a script block that verifies the new secret where it is used, before the old token is retired.")]
    public ScriptBlock? Verify { get; set; }

    /// <summary>Writes the secret as plain text instead of a SecureString.</summary>
    [Parameter(HelpMessage = "Returns the secret as plain text instead of a SecureString.")]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>Also resets the token that the connection itself uses, and overwrites an existing file.</summary>
    [Parameter(HelpMessage = "Also resets the token that the connection itself uses, and overwrites an existing file.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Also resets tokens that Find-ApiToken returned without proof (MatchedBy is Form, Claims or Masked) unasked.</summary>
    [Parameter(
        HelpMessage = "Also resets tokens that Find-ApiToken returned without proof (MatchedBy is Form, Claims or Masked), without a "
            + "prompt.")]
    public SwitchParameter AllowUnproven { get; set; }

    /// <summary>A policy file (.psd1). A token is not reset if the policy forbids the new token.</summary>
    [Parameter(HelpMessage = "Specifies a policy file (.psd1), which can forbid the new token.")]
    public string? Policy { get; set; }

    internal override bool AsksForUnproven => !AllowUnproven;

    internal override bool ProtectsOwnToken => !Force && !Own;

    internal override string OperationName => JournalOperations.Reset;

    internal override bool WritesPlainText => AsPlainText;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            ValidateCombination();
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, null);
        }

        _policy = ReadIssuePolicy(Policy);
        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!Own)
        {
            base.ProcessRecord();
            return;
        }

        foreach (TokenConnection connection in ResolveConnections(Connection))
        {
            try
            {
                ApiToken token = Wait(connection.Tokens.GetOwnTokenAsync);
                Submit(connection, token, token, $"{token}, which the connection uses itself,");
            }
            catch (ApiTokenException e) when (e.Kind != ErrorKind.AuthenticationError)
            {
                Fail(e, connection);
            }
            catch (ApiTokenException e)
            {
                FailTerminating(e, connection);
            }
        }
    }

    internal override bool ReturnsSecrets => !SavesSecrets;

    internal override IReadOnlyList<SecretDelivery> CreateDeliveries() =>
        SecretDelivery.Of(this, Vault, SecretName, Path, Deploy, Force);

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target)
    {
        ResetOptions options = Options with { Expiry = Expiry.From(ExpiresAt, ExpiresIn, ExpirationMonths, NeverExpires) };
        if (_policy is { } policy)
        {
            options = options with { CheckRequest = request => policy.Check(connection, request) };
        }

        return new ResetOperation(connection, token, options)
        {
            Target = target,
            AllowOwnToken = Force || Own,
        };
    }

    // The next list has the new token, which has the same name.
    internal override void OnQueued(ApiToken token) => Connections.Listed.Remove(token);

    // Some services issue tokens only for the caller.
    internal override string? Consequence(TokenConnection connection, ApiToken token)
    {
        if (!connection.Capabilities.OwnedByIssuer)
        {
            return null;
        }

        try
        {
            ApiToken old = token.CreatedAt is null
                ? Wait(cancellationToken => connection.Tokens.GetAsync(token.Id, cancellationToken))
                : token;
            return Wait(cancellationToken => connection.Tokens.IsIssuedByCallerAsync(old, cancellationToken)) == false
                ? $" (the new token will belong to the user of the connection, not to {old.Owner})"
                : null;
        }
        catch (ApiTokenException)
        {
            // The reset reports what is wrong.
            return null;
        }
    }

    // All options except the expiry, which may be invalid for some tokens of a pipeline only.
    private ResetOptions Options => new()
    {
        InPlace = InPlace,
        WithSuccessor = SavesSecrets || Own,
        Predecessor = Predecessor,
        GracePeriod = GracePeriod,
        SkipProof = SkipProof,
        Verify = ScriptCall.Verification(this, Verify),
        Permissions = Permissions,
    };

    private SuccessorPermissions? Permissions =>
        Scope is null && Audience is null && Role is null && Access is null && ApplyToAll is null
            ? null
            : new SuccessorPermissions { Scope = Scope, Audience = Audience, Role = Role, Access = Access, ApplyToAll = ApplyToAll };

    private void ValidateCombination()
    {
        Options.Validate();
        string? delivery = Vault is not null ? nameof(Vault) : Path is not null ? nameof(Path) : Deploy is not null ? nameof(Deploy) : null;
        if (InPlace && (delivery is not null || Own))
        {
            throw ApiTokenException.InvalidParameter(
                nameof(InPlace),
                $"it cannot be combined with -{delivery ?? nameof(Own)}, because the old secret stops working immediately.",
                "Specify only one of them.");
        }

        if (GracePeriod is not null && JournalPath is null)
        {
            throw ApiTokenException.InvalidParameter(
                nameof(GracePeriod),
                "it requires -JournalPath. The journal records when the old token is due.",
                "Specify -JournalPath, and use the same path with Remove-ApiToken -Due.");
        }
    }
}
