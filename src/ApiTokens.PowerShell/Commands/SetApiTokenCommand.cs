using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Changes the description (WEGnology) or the access by API (Application Users) of tokens.</summary>
[Cmdlet(VerbsCommon.Set, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class SetApiTokenCommand : TokenCmdlet
{
    /// <summary>The new description; an empty one removes it.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <summary>Access levels by API; APIs that are not named keep theirs.</summary>
    [Parameter]
    [AccessTransformation]
    [ArgumentCompleter(typeof(AccessCompleter))]
    public Dictionary<string, AccessLevel>? Access { get; set; }

    /// <summary>One access level for every API, before -Access changes some.</summary>
    [Parameter]
    public AccessLevel? ApplyToAll { get; set; }

    internal override string Operation => "Set";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Description is null && Access is null && ApplyToAll is null)
        {
            FailTerminating(ApiTokenException.InvalidParameter("Description", "nothing to change was given.", "Give -Description, -Access or -ApplyToAll."), Token);
        }

        base.ProcessRecord();
    }

    internal override void CheckSupported(TokenConnection connection) => connection.Capabilities.RequireUpdate(Changes());

    internal override Func<OperationContext, Task> Plan(TokenConnection connection, ApiToken token)
    {
        TokenChanges changes = Changes();
        return async context =>
        {
            ApiToken? changed = await connection.Tokens.UpdateAsync(token.Id, changes, context.CancellationToken).ConfigureAwait(false);
            await PassAsync(connection, token.Id, changed, context).ConfigureAwait(false);
        };
    }

    private TokenChanges Changes() => new() { Description = Description, Access = Access, ApplyToAll = ApplyToAll };
}
