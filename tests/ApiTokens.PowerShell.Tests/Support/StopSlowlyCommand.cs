namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Passes objects on, and takes two seconds to stop.</summary>
[Cmdlet(VerbsLifecycle.Stop, "Slowly")]
public sealed class StopSlowlyCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord() => WriteObject(InputObject);

    protected override void StopProcessing() => Thread.Sleep(TimeSpan.FromSeconds(2));
}
