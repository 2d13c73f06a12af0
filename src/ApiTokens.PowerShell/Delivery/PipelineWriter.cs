using System.Management.Automation;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Writes objects of a script block to the pipeline of a cmdlet.</summary>
/// <param name="cmdlet">The cmdlet.</param>
public sealed class PipelineWriter(Cmdlet cmdlet)
{
    /// <summary>The exception that ended the pipeline, such as an error downstream; null while it is open.</summary>
    internal Exception? Error { get; private set; }

    /// <summary>Writes an object.</summary>
    /// <param name="value">The object.</param>
    public void Write(object? value)
    {
        try
        {
            cmdlet.WriteObject(value);
        }
        catch (Exception e)
        {
            Error = e;
            throw;
        }
    }
}
