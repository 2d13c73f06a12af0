using System.Management.Automation;
using ApiTokens.PowerShell.Sandbox;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Lists the sandboxes that this runspace started.</summary>
[Cmdlet(VerbsCommon.Get, "ApiTokenSandbox")]
[OutputType(typeof(ApiTokenSandbox))]
public sealed class GetApiTokenSandboxCommand : ApiTokenCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(ApiTokenSandbox.Current, enumerateCollection: true);
}
