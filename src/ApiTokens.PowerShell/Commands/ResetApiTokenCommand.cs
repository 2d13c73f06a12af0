using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Gives a new secret for the same purpose: a successor is issued, its secret delivered and proved, and only then is the old
/// token retired. Where the service can, and nothing is asked for that needs both, the secret is changed in place.
/// </summary>
[Cmdlet(VerbsCommon.Reset, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = TokenSet)]
[OutputType(typeof(IssuedToken), typeof(ApiToken))]
public sealed class ResetApiTokenCommand : TokenCmdlet
{
    private readonly TokenQuota _room = new();

    /// <summary>Where to expire; without any of these the length of life stays.</summary>
    [Parameter]
    [MomentTransformation]
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>How long from now.</summary>
    [Parameter]
    [TokenLifeTransformation]
    public TokenLife? ExpiresIn { get; set; }

    /// <summary>How many calendar months from now.</summary>
    [Parameter]
    public int? ExpirationMonths { get; set; }

    /// <summary>Never.</summary>
    [Parameter]
    public SwitchParameter NeverExpires { get; set; }

    /// <summary>What becomes of the old token: Remove (default), Disable where the service can, or Keep.</summary>
    [Parameter]
    public OldTokenAction Predecessor { get; set; }

    /// <summary>How long both shall work: a TimeSpan, or 1d, 12h, 30m. The journal notes when the old one falls due; Remove-ApiToken -Due retires it.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? GracePeriod { get; set; }

    /// <summary>Changes the secret in place (Application Users): the old one dies at once.</summary>
    [Parameter]
    public SwitchParameter InPlace { get; set; }

    /// <summary>The SecretManagement vault that takes the new secret; the token then comes without it.</summary>
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

    /// <summary>Writes the secret as plain text instead of a SecureString.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>Also resets the token that the connection itself is using, and overwrites a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override string Operation => Journal.Resets;

    internal override bool WritesPlainText => AsPlainText;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            CheckTogether();
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, null);
        }

        base.BeginProcessing();
    }

    internal override SecretDelivery? CreateDelivery() => SecretDelivery.Of(this, Vault, SecretName, Path, Force);

    internal override string? ReplacedBy(Operation operation) => operation.Key;

    internal override void CheckSupported(TokenConnection connection) => Options(TokenExpiry.ServiceDefault).Check(connection.Capabilities);

    internal override Func<OperationContext, Task> Plan(TokenConnection connection, ApiToken token)
    {
        ResetOptions options = Options(Expiry.From(ExpiresAt, ExpiresIn, ExpirationMonths, NeverExpires));
        return async context =>
        {
            await GuardOwnTokenAsync(connection, token, Force, context.CancellationToken).ConfigureAwait(false);
            await TokenReset.RunAsync(connection, token.Id, options, _room, context).ConfigureAwait(false);
        };
    }

    private ResetOptions Options(TokenExpiry expiry) => new()
    {
        Expiry = expiry,
        InPlace = InPlace,
        WithSuccessor = Delivery is not null,
        Predecessor = Predecessor,
        GracePeriod = GracePeriod,
    };

    private void CheckTogether()
    {
        string? both = (GracePeriod, Vault, Path, Predecessor) switch
        {
            (not null, _, _, _) => "-GracePeriod",
            (_, not null, _, _) => "-Vault",
            (_, _, not null, _) => "-Path",
            (_, _, _, not OldTokenAction.Remove) => $"-Predecessor {Predecessor}",
            _ => null,
        };
        if (InPlace && both is not null)
        {
            throw ApiTokenException.InvalidParameter(
                "InPlace", $"{both} needs an old secret that still works, and a change in place kills it at once.", "Leave one of the two out.");
        }

        if (GracePeriod is not { } grace)
        {
            return;
        }

        if (grace <= TimeSpan.Zero)
        {
            throw ApiTokenException.InvalidParameter("GracePeriod", $"'{grace}' is no time from now on.", "Give a time such as 1d, or leave it out.");
        }

        if (Predecessor == OldTokenAction.Keep)
        {
            throw ApiTokenException.InvalidParameter("GracePeriod", "with -Predecessor Keep the old token never falls due.", "Leave one of the two out.");
        }

        if (JournalPath is null)
        {
            throw ApiTokenException.InvalidParameter(
                "GracePeriod", "it needs -JournalPath: the journal notes when the old token falls due.", "Give -JournalPath, and the same to Remove-ApiToken -Due.");
        }
    }
}
