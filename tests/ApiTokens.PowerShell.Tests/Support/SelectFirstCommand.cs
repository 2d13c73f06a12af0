using System.Management.Automation.Internal;
using System.Reflection;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>
/// Passes some objects on and stops the upstream commands with the engine's exception, as Select-Object -First does.
/// That cmdlet is not part of the engine's package.
/// </summary>
[Cmdlet(VerbsCommon.Select, "First")]
public sealed class SelectFirstCommand : PSCmdlet
{
    private static readonly ConstructorInfo Create = typeof(PSCmdlet).Assembly
        .GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!
        .GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, [typeof(InternalCommand)])!;

    private int _taken;

    [Parameter(Position = 0)]
    public int Count { get; set; } = 1;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        _taken++;
        if (_taken >= Count)
        {
            throw (Exception)Create.Invoke([this]);
        }
    }
}
