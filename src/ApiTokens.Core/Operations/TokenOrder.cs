namespace ApiTokens.Operations;

/// <summary>The order of the operations on each token in a run: one after the other, and some only once.</summary>
internal sealed class TokenOrder
{
    private readonly Dictionary<TokenIdentity, (Operation Operation, Task Task)> _last = [];
    private readonly HashSet<TokenIdentity> _notRepeatable = [];

    /// <summary>Determines whether a run must not perform an operation because it has the operation already.</summary>
    public bool IsRepeated(Operation operation) => !operation.MayRepeat && !_notRepeatable.Add(operation.Identity);

    /// <summary>Returns the task of the pending operation on the same token; a completed task if there is none.</summary>
    public Task TaskBefore(Operation operation) =>
        _last.TryGetValue(operation.Identity, out (Operation, Task Task) last) ? last.Task : Task.CompletedTask;

    /// <summary>Adds an operation that has started.</summary>
    public void Add(Operation operation, Task task) => _last[operation.Identity] = (operation, task);

    /// <summary>Removes an operation that has ended.</summary>
    public void Remove(Operation operation)
    {
        if (_last.TryGetValue(operation.Identity, out (Operation Operation, Task) last) && last.Operation == operation)
        {
            _last.Remove(operation.Identity);
        }
    }
}
