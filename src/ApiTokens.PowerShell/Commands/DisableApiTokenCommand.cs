using System.Management.Automation;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Disables tokens until they are enabled again.</summary>
[Cmdlet(VerbsLifecycle.Disable, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium,
    DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class DisableApiTokenCommand : TokenCmdlet
{
    /// <summary>
    /// The time after which the tokens are due to be removed: a TimeSpan, or 7d, 12h, 30m. The journal records it, Remove-ApiToken -Due
    /// removes them, and Enable-ApiToken with the same journal cancels that.
    /// </summary>
    [Parameter(HelpMessage = "Specifies the time after which the disabled tokens are due to be removed.")]
    [DurationTransformation]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? RemoveAfter { get; set; }

    /// <summary>Also disables the token that the connection itself uses.</summary>
    [Parameter(HelpMessage = "Also disables the token that the connection itself uses.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Also disables tokens that Find-ApiToken returned without proof (MatchedBy is Form, Claims or Masked) unasked.</summary>
    [Parameter(
        HelpMessage = "Also disables tokens that Find-ApiToken returned without proof (MatchedBy is Form, Claims or Masked), without a "
            + "prompt.")]
    public SwitchParameter AllowUnproven { get; set; }

    internal override bool AsksForUnproven => !AllowUnproven;

    internal override bool ProtectsOwnToken => !Force;

    internal override string OperationName => JournalOperations.Disable;

    internal override string Action => RemoveAfter is { } after ? StageText.Of(base.Action, after) : base.Action;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireJournalFor(nameof(RemoveAfter), RemoveAfter);
        base.BeginProcessing();
    }

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target) =>
        new SetEnabledOperation(connection, token, enabled: false)
        {
            Target = target,
            ReturnsToken = PassThru,
            AllowOwnToken = Force,
            RemoveAfter = RemoveAfter,
        };
}
