using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Display;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Writes the output of operations to the pipeline.</summary>
internal sealed class PipelineOutput(Cmdlet cmdlet, bool asPlainText) : IOperationOutput
{
    /// <inheritdoc/>
    public void WriteResult(Operation operation, object result) =>
        cmdlet.WriteObject(result is IssuedToken issued ? Issued.ForOutput(issued, asPlainText) : result);

    /// <inheritdoc/>
    public void WriteVerbose(Operation operation, string message) => cmdlet.WriteVerbose(VisibleText.Printable(message));

    /// <inheritdoc/>
    public void WriteError(Operation operation, Exception error)
    {
        ErrorRecord record = ErrorRecords.Create(error, error switch
        {
            OrphanedTokenException orphan => orphan.Token,
            SecretNotSavedException unsaved => unsaved.Token,
            _ => operation.Target,
        });

        // Without a valid credential or journal, no further operation can succeed.
        if (error is ApiTokenException { Kind: ErrorKind.AuthenticationError } or ApiTokenException { ErrorId: ErrorIds.JournalNotWritten })
        {
            cmdlet.ThrowTerminatingError(record);
        }

        cmdlet.WriteError(record);
    }
}
