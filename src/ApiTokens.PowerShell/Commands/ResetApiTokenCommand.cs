using System.Management.Automation;
using ApiTokens.Bulk;
using ApiTokens.Lifecycle;
using ApiTokens.PowerShell.Binding;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Gives a new secret for the same purpose; the old one dies only after the new one was written to the pipeline.</summary>
[Cmdlet(VerbsCommon.Reset, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = TokenSet)]
[OutputType(typeof(IssuedToken))]
public sealed class ResetApiTokenCommand : TokenCmdlet
{
    /// <summary>Where to expire; without any of these the length of life stays.</summary>
    [Parameter]
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>How long from now.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? ExpiresIn { get; set; }

    /// <summary>How many calendar months from now.</summary>
    [Parameter]
    public int? ExpirationMonths { get; set; }

    /// <summary>Never.</summary>
    [Parameter]
    public SwitchParameter NeverExpires { get; set; }

    /// <summary>Writes the secret as plain text instead of a SecureString.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>Also resets the token that the connection itself is using.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override string Operation => "Reset";

    internal override object ForOutput(object output) => output is IssuedToken issued ? Issued.ForOutput(issued, AsPlainText) : output;

    internal override Func<OperationContext, Task> Plan(TokenConnection connection, ApiToken token)
    {
        TokenExpiry expiry = Expiry.From(ExpiresAt, ExpiresIn, ExpirationMonths, NeverExpires);
        return async context =>
        {
            await GuardOwnTokenAsync(connection, token, Force, context.Stop).ConfigureAwait(false);
            await TokenReset.RunAsync(connection, token.Id, expiry, context).ConfigureAwait(false);
        };
    }
}
