using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Display;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Writes the output of operations to the pipeline.</summary>
internal sealed class PipelineOutput(Cmdlet cmdlet, bool asPlainText) : IOperationOutput
{
    /// <summary>The ids of issued tokens that the pipeline received before it ended, as with Select-Object -First.</summary>
    public HashSet<string> Received { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void WriteResult(Operation operation, object result)
    {
        if (result is not IssuedToken issued)
        {
            cmdlet.WriteObject(result);
            return;
        }

        try
        {
            cmdlet.WriteObject(PlainTextToken.ForOutput(issued, asPlainText));
        }
        catch (PipelineStoppedException e) when (e.GetType().Name == "StopUpstreamCommandsException")
        {
            Received.Add(issued.Id);
            throw;
        }
    }

    /// <inheritdoc/>
    public void WriteVerbose(Operation operation, string message) => cmdlet.WriteVerbose(ForeignText.InMessage(message));

    /// <inheritdoc/>
    public void WriteError(Operation operation, Exception error)
    {
        object target = error switch
        {
            OrphanedTokenException orphan => orphan.Token,
            SecretNotSavedException unsaved => unsaved.Token,
            _ when operation is UseOperation { Remaining: { } token } => token,
            _ => operation.Target,
        };
        ErrorRecord record = ErrorRecords.Create(error, target, operation.Connection.Name);

        // Without a valid credential or journal, no further operation can succeed.
        if (error is ApiTokenException { Kind: ErrorKind.AuthenticationError } or ApiTokenException { ErrorId: ErrorIds.JournalNotWritten })
        {
            cmdlet.ThrowTerminatingError(record);
        }

        cmdlet.WriteError(record);
    }
}
