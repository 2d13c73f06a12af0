using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Removes the token that an earlier run issued for one job, and that it did not remove because it was terminated.</summary>
internal sealed class LeftoverUseOperation(TokenConnection connection, JournalSubject subject)
    : Operation(connection, subject.Key.Token.Id, subject.Name, subject.Name)
{
    internal override bool MayBeUndone => true;

    internal override async Task ExecuteAsync(OperationContext context)
    {
        context.IsReconciling = true;
        await TemporaryToken.RemoveLeftoverAsync(Connection, context).ConfigureAwait(false);
        context.IsReconciling = false;
    }
}
