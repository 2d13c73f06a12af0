using System.Security;
using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <content>Continues a reset that an earlier run did not finish.</content>
public sealed partial class ResetOperation
{
    // A terminated run may have left a successor that the service rejected, or one whose secret was not delivered. Returns a successor
    // whose secret was saved.
    private async Task<ApiToken?> ReconcileAsync(OperationContext context)
    {
        ApiToken old;
        try
        {
            old = await ReadOldAsync(context.CancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (
            (e.Kind == ErrorKind.ObjectNotFound || e.ErrorId == ErrorIds.TokenRevoked) && Name.Length > 0)
        {
            // Somebody has removed the old token. The new one may exist all the same.
            await LeftoverToken.FindDeliveredAsync(Connection, new NewTokenRequest { Name = Name }, context)
                .ConfigureAwait(false);
            throw;
        }

        if (context.Progress is { Stage: JournalStage.Refused, IssuedId: { } id }
            && await Connection.ReadIfExistsAsync(id, context.CancellationToken).ConfigureAwait(false) is { } rejected)
        {
            throw SecretProof.RefusedEarlier(Connection, old, rejected);
        }

        return await LeftoverToken.FindDeliveredAsync(Connection, SuccessorRequest(old), context).ConfigureAwait(false);
    }

    // If the earlier run did not verify the delivered secret, the old token may be the only one that works. A verified secret is not
    // needed again, so only the existence and the status of the successor are checked.
    private async Task FinishAsync(string successorId, bool isVerified, OperationContext context)
    {
        if (successorId == _token.Id)
        {
            return;
        }

        context.IsReconciling = true;
        ApiToken? old = await Connection.ReadIfExistsAsync(_token.Id, context.CancellationToken).ConfigureAwait(false);
        context.IsReconciling = false;
        if (old is null)
        {
            return;
        }

        await CheckOwnAsync(old, context.CancellationToken).ConfigureAwait(false);
        ApiToken successor = await OldTokenRetirement.RequireActiveSuccessorAsync(
            Connection, old, successorId, context.CancellationToken).ConfigureAwait(false);
        SecureString? secret = !isVerified || _options.Verify is not null || _isOwn
            ? await context.ReadSecretAsync(successor).ConfigureAwait(false)
            : null;
        if (!isVerified && !_options.SkipProof)
        {
            var issued = new IssuedToken(successor, secret ?? throw SecretProof.NotVerified(old, successor));
            await SecretProof.RequireSuccessorAsync(Connection, old, issued, context).ConfigureAwait(false);
        }

        if (_options.Verify is { } verify)
        {
            await CallerVerification.RequireAsync(verify, old, successor, secret, context).ConfigureAwait(false);
        }

        if (!isVerified)
        {
            await RecordVerifiedAsync(successor, context).ConfigureAwait(false);
        }

        if (_isOwn && secret is null)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"An earlier run delivered the new token {successor}, which replaces the token {old}, but the connection "
                    + $"'{Connection.Name}' still uses the old token. The old token is unchanged.",
                $"Connect with the new secret, then run the command again: {SuggestedCommand.Connect}",
                ErrorIds.OwnTokenProtected);
        }

        await RetireAsync(old, successorId, secret, context).ConfigureAwait(false);
    }
}
