using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Changes the description (WEGnology), or the access by API or the lifetime (Application Users) of tokens.</summary>
[Cmdlet(VerbsCommon.Set, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium,
    DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class SetApiTokenCommand : TokenCmdlet
{
    /// <summary>The new description. An empty text removes the description.</summary>
    [Parameter(HelpMessage = "Specifies the new description (WEGnology).")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string? Description { get; set; }

    /// <summary>The access levels by API; other APIs keep their level.</summary>
    [Parameter(
        HelpMessage = "Specifies the new access levels by API (Application Users), as a hashtable or as text such as "
            + "'location=Read,vendor=Full'.")]
    [AccessTransformation]
    [ArgumentCompleter(typeof(AccessCompleter))]
    public Dictionary<string, AccessLevel>? Access { get; set; }

    /// <summary>The access level for every API. -Access overrides it for single APIs.</summary>
    [Parameter(HelpMessage = "Specifies one access level for all APIs (Application Users).")]
    [AccessLevelTransformation]
    public AccessLevel? ApplyToAll { get; set; }

    /// <summary>The new lifetime in calendar months from now: 3, 6 or 12 (Application Users).</summary>
    [Parameter(HelpMessage = "Specifies the new lifetime in calendar months from now: 3, 6 or 12 (Application Users).")]
    [ArgumentCompleter(typeof(MonthsCompleter))]
    public int? ExpirationMonths { get; set; }

    internal override string OperationName => "Set";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Description is null && Access is null && ApplyToAll is null && ExpirationMonths is null)
        {
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    "Description", "no changes were specified.", "Specify -Description, -Access, -ApplyToAll or -ExpirationMonths."),
                Token);
        }

        base.ProcessRecord();
    }

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target) =>
        new UpdateOperation(connection, token, new TokenChanges
        {
            Description = Description,
            Access = Access,
            ApplyToAll = ApplyToAll,
            ExpirationMonths = ExpirationMonths,
        })
        {
            Target = target,
            ReturnsToken = PassThru,
        };
}
