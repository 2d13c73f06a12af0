using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Changes the description (WEGnology) or the access by API (Application Users) of tokens.</summary>
[Cmdlet(VerbsCommon.Set, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium,
    DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class SetApiTokenCommand : TokenCmdlet
{
    /// <summary>The new description. An empty text removes the description.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <summary>The access levels by API; other APIs keep their level.</summary>
    [Parameter]
    [AccessTransformation]
    [ArgumentCompleter(typeof(AccessCompleter))]
    public Dictionary<string, AccessLevel>? Access { get; set; }

    /// <summary>The access level for every API. -Access overrides it for single APIs.</summary>
    [Parameter]
    public AccessLevel? ApplyToAll { get; set; }

    internal override string OperationName => "Set";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Description is null && Access is null && ApplyToAll is null)
        {
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    "Description", "no changes were specified.", "Specify -Description, -Access or -ApplyToAll."),
                Token);
        }

        base.ProcessRecord();
    }

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target) =>
        new UpdateOperation(connection, token, new TokenChanges { Description = Description, Access = Access, ApplyToAll = ApplyToAll })
        {
            Target = target,
            ReturnsToken = PassThru,
        };
}
