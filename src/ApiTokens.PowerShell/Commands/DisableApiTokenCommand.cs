using System.Management.Automation;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Disables tokens until they are enabled again.</summary>
[Cmdlet(VerbsLifecycle.Disable, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium,
    DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class DisableApiTokenCommand : TokenCmdlet
{
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

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target) =>
        new SetEnabledOperation(connection, token, enabled: false) { Target = target, ReturnsToken = PassThru, AllowOwnToken = Force };
}
