using System.Management.Automation;
using ApiTokens.Journal;
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

    internal override string OperationName => JournalOperations.Reset;

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

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target)
    {
        ResetOptions options = Options with { Expiry = Expiry.From(ExpiresAt, ExpiresIn, ExpirationMonths, NeverExpires) };
        return new ResetOperation(connection, token, options) { Target = target, AllowOwnToken = Force };
    }

    // All but the expiry, which may be wrong for one token of a pipeline and not for others.
    private ResetOptions Options => new()
    {
        InPlace = InPlace,
        WithSuccessor = SavesSecrets,
        Predecessor = Predecessor,
        GracePeriod = GracePeriod,
    };

    private void CheckTogether()
    {
        Options.Validate();
        if (InPlace && (Vault is not null || Path is not null))
        {
            throw ApiTokenException.InvalidParameter(
                nameof(InPlace),
                $"{(Vault is not null ? "-Vault" : "-Path")} needs an old secret that still works, and a change in place ends it at once.",
                "Leave one of the two out.");
        }

        if (GracePeriod is not null && JournalPath is null)
        {
            throw ApiTokenException.InvalidParameter(
                nameof(GracePeriod), "it needs -JournalPath. The journal records when the old token is due.", "Specify -JournalPath, and use the same path with Remove-ApiToken -Due.");
        }
    }
}
